"""The libraries of the targets: which are here, and NumPy's arrays to theirs and back."""

import importlib.util
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pytest

from einsum_grad.emit import TARGETS


class Library(NamedTuple):
    """How a module of a target is run with NumPy's arrays."""

    needs: str
    imports: frozenset[str]
    """What its modules may import, beside the module math."""
    given: Callable[[Any], Any] = lambda array: array
    back: Callable[[Any], Any] = lambda array: array
    within: Callable[[], AbstractContextManager[Any]] = nullcontext


def _torch(array: Any) -> Any:
    import torch

    # torch has no arrays of negative strides.
    return torch.from_numpy(np.array(array))


def _jax(array: Any) -> Any:
    import jax

    return jax.numpy.asarray(array)


@contextmanager
def wide_jax() -> Iterator[None]:
    """JAX with numbers of 64 bits, which it has only where they are asked for.

    A module that is run as a script asks for them itself: nothing of that is left afterwards.
    """
    import jax

    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    try:
        yield
    finally:
        jax.config.update("jax_enable_x64", before)


LIBRARIES: Mapping[str, Library] = {
    "numpy": Library("numpy", frozenset({"numpy"})),
    "einops": Library("einops", frozenset({"numpy", "einops"})),
    "torch": Library(
        "torch", frozenset({"torch"}), _torch, lambda tensor: tensor.resolve_conj().numpy()
    ),
    "jax": Library("jax", frozenset({"jax", "jax.numpy"}), _jax, np.asarray, wide_jax),
    "numba": Library("numba", frozenset({"numba", "numpy", "concurrent.futures"})),
    "array_api": Library("numpy", frozenset({"importlib", "random", "sys", "array_api_compat"})),
}

MISSING = {
    name: LIBRARIES[name].needs
    for name in TARGETS
    if importlib.util.find_spec(LIBRARIES[name].needs) is None
}
"""The targets whose library isn't installed, and that library."""

RUNNABLE = tuple(name for name in TARGETS if name not in MISSING)

ON_NUMPY = tuple(name for name in RUNNABLE if not TARGETS[name].arrays)
"""The targets for which functions of NumPy's arrays are compiled."""

EVERY = [
    pytest.param(
        name, marks=pytest.mark.skipif(name in MISSING, reason=f"{MISSING.get(name)} is missing")
    )
    for name in TARGETS
]
"""Each target as a parameter of a test, skipped where its library is missing."""


def uncompiled(text: str) -> str:
    """The text of a module with its kernels as plain Python: to compile one takes a second."""
    return text.replace(f" = {TARGETS['numba'].loops}\n", " = lambda function: function\n")


def module_of(defined: Mapping[str, Any], target: str) -> Any:
    """What a module defines, its functions taking and returning NumPy's arrays."""
    library = LIBRARIES[target]

    def wrapped(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arrays: Any) -> Any:
            with library.within():
                result = function(*map(library.given, arrays))
                if type(result) is tuple:
                    return tuple(map(library.back, result))
                return library.back(result)

        return call

    plain = LIBRARIES[target].given is LIBRARIES["numpy"].given
    return SimpleNamespace(
        **{
            name: value if plain or not callable(value) else wrapped(value)
            for name, value in defined.items()
            if name[0] != "_"
        }
    )
