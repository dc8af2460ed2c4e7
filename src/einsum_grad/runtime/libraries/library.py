"""A library whose arrays compiled functions take: what its arrays are, and what is asked of them.

No library is imported for an array of its own: where one is, it was imported.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from einsum_grad.errors import OperandError
from einsum_grad.installed import imported

Array = NDArray[Any]
Shape = Sequence[int]


NUMBERS = (bool, int, float, complex)
"""Classes of numbers, which stand for arrays without axes."""


@dataclass(frozen=True, slots=True)
class Library:
    """A library: the name of its arrays in the plural, its target, and a few functions.

    `kind` is the kind of an array's numbers as NumPy has it: "b", "i", "u", "f" or "c". `number`
    makes an array without axes beside an array, `zeros` an array of zeros of a shape, both with
    that array's dtype and device; `cast` gives an array the dtype of another. `of_numpy` makes an
    array of NumPy's, and importing the library is its business; within `doubles` it keeps float64.
    """

    arrays: str
    target: str
    has: Callable[[type], bool]
    kind: Callable[[Any], str]
    number: Callable[[Any, Any], Any]
    zeros: Callable[[Shape, Any], Any]
    cast: Callable[[Any, Any], Any]
    real: Callable[[Any], Any]
    of_numpy: Callable[[Array], Any]
    to_numpy: Callable[[Any], Array]
    doubles: Callable[[], AbstractContextManager[Any]] = nullcontext

    def taken(self, values: Sequence[Any], like: Any) -> tuple[Any, ...]:
        """`values` as arrays of this library, numbers beside the array `like`.

        Raises `OperandError` for an array of another one.
        """
        for value in values:
            if not (isinstance(value, NUMBERS) or self.has(type(value))):
                raise mixed(self, value)
        return tuple(
            self.number(value, like) if isinstance(value, NUMBERS) else value for value in values
        )


def mixed(library: Library, other: Any) -> OperandError:
    """The error for an array of `library` in a call with something else."""
    its = library_of(other)
    named = its.arrays if its else f"{type(other).__name__}s"
    name = "NumPy arrays" if isinstance(other, (np.ndarray, np.generic)) else named
    return OperandError(
        f"{library.arrays} beside {name}, in one call: convert them to arrays of one library first"
    )


def _torch() -> Any:
    return sys.modules["torch"]


def _jax() -> Any:
    return sys.modules["jax"].numpy


def _is_of(cls: type, module: str, name: str) -> bool:
    """Whether `cls` is a class of arrays called `name` in a module, if that is imported."""
    arrays = getattr(sys.modules.get(module), name, None)
    return arrays is not None and issubclass(cls, arrays)


def _torch_kind(tensor: Any) -> str:
    if tensor.is_complex():
        return "c"
    return "f" if tensor.is_floating_point() else "b" if tensor.dtype == _torch().bool else "i"


def _jax_kind(array: Any) -> str:
    numpy = _jax()
    kinds = {"c": numpy.complexfloating, "f": numpy.floating, "i": numpy.integer}
    return next((kind for kind, of in kinds.items() if numpy.issubdtype(array.dtype, of)), "b")


def _standard_kind(array: Any) -> str:
    kinds = {"c": "complex floating", "f": "real floating", "i": "integral"}
    isdtype = array.__array_namespace__().isdtype
    return next((kind for kind, name in kinds.items() if isdtype(array.dtype, name)), "b")


def _is_standard(cls: type) -> bool:
    """Whether `cls` is an array of the standard, of another library than NumPy."""
    return hasattr(cls, "__array_namespace__") and not issubclass(cls, (np.ndarray, np.generic))


LIBRARIES = (
    Library(
        "torch tensors",
        "torch",
        lambda cls: _is_of(cls, "torch", "Tensor"),
        _torch_kind,
        lambda number, like: _torch().tensor(number, dtype=like.dtype, device=like.device),
        lambda shape, like: like.new_zeros(shape),
        lambda tensor, like: tensor.to(like.dtype),
        lambda tensor: tensor.real,
        lambda array: imported("torch").from_numpy(np.array(array)),
        lambda tensor: tensor.detach().resolve_conj().numpy(),
    ),
    Library(
        "JAX arrays",
        "jax",
        lambda cls: _is_of(cls, "jax", "Array") or _is_of(cls, "jax.core", "Tracer"),
        _jax_kind,
        lambda number, like: _jax().asarray(number, dtype=like.dtype),
        lambda shape, like: _jax().zeros(shape, like.dtype),
        lambda array, like: array.astype(like.dtype),
        lambda array: array.real,
        lambda array: imported("jax.numpy").asarray(array),
        np.asarray,
        lambda: imported("jax").enable_x64(True),
    ),
    Library(
        "arrays of the array API",
        "array_api",
        _is_standard,
        _standard_kind,
        lambda number, like: like.__array_namespace__().asarray(
            number, dtype=like.dtype, device=like.device
        ),
        lambda shape, like: like.__array_namespace__().zeros(
            shape, dtype=like.dtype, device=like.device
        ),
        lambda array, like: array.__array_namespace__().astype(array, like.dtype),
        lambda array: array.__array_namespace__().real(array),
        np.asarray,
        np.asarray,
    ),
)
"""The libraries in the order in which they are asked: JAX's arrays are of the standard, too."""

_KNOWN: WeakKeyDictionary[type, Library | None] = WeakKeyDictionary()


def library_of(value: Any) -> Library | None:
    """The library of an array; None for NumPy's, and for what is none."""
    cls = type(value)
    try:
        return _KNOWN[cls]
    except KeyError:
        _KNOWN[cls] = found = next((each for each in LIBRARIES if each.has(cls)), None)
        return found


def of_library(operands: Sequence[Any]) -> tuple[Library, tuple[Any, ...]] | None:
    """The one library of the arrays among `operands`, and these; None if they are NumPy's.

    Raises `OperandError` for arrays of two.
    """
    found = ((value, library) for value in operands if (library := library_of(value)))
    like, library = next(found, (None, None))
    return None if library is None else (library, library.taken(operands, like))


def check_none_beside(value: Any, others: Iterable[Any]) -> None:
    """Raise `OperandError` if an array of a library is among `others`, which `value` is not."""
    for other in others:
        if library := library_of(other):
            raise mixed(library, value)
