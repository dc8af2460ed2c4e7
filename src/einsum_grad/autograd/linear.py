"""NumPy's linear functions of one array: each is an einsum of it."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from einsum_grad.autograd.contract import contract
from einsum_grad.autograd.dispatch import implements
from einsum_grad.autograd.fit import LABELS
from einsum_grad.autograd.ownership import look
from einsum_grad.autograd.refusals import run
from einsum_grad.autograd.tape import Traced
from einsum_grad.autograd.tensor import Tensor

Function = TypeVar("Function", bound=Callable[..., Any])


def linear(*functions: Callable[..., Any]) -> Callable[[Function], Function]:
    """Let the decorated function run in the place of NumPy's for Tensors that can have gradients.

    Integers and bools have none; for them NumPy's own function runs, with its own dtypes.
    """

    def register(function: Function) -> Function:
        @functools.wraps(function)
        def chosen(*args: Any, **kwargs: Any) -> Any:
            if any(map(_is_inexact, (*args, *kwargs.values()))):
                return function(*args, **kwargs)
            plain = {name: look(value) for name, value in kwargs.items()}
            out = run(functions[0].__name__, functions[0], [*map(look, args)], plain)
            return Tensor._of(np.array(out), None)

        return implements(*functions)(chosen)  # type: ignore[return-value]  # wraps keeps the type

    return register


def _is_inexact(value: Any) -> bool:
    return isinstance(value, Traced) and value._data.dtype.kind in "fc"


@linear(np.sum)
def _sum(a: Any, axis: Any = None, dtype: Any = None, *, keepdims: bool = False) -> Any:
    axes = _axes("sum", axis, a.ndim)
    fresh = LABELS[a.ndim : a.ndim + len(axes)] if keepdims else ""
    pattern = _sum_pattern(a.ndim, axes, fresh)
    return contract(pattern, [_cast(a, dtype)], tuple((label, 1) for label in fresh))


@functools.lru_cache(maxsize=1024)
def _sum_pattern(rank: int, axes: tuple[int, ...], fresh: str) -> str:
    """The pattern of a sum; `fresh` are the labels, of size 1, of the axes to keep.

    >>> _sum_pattern(3, (0, 2), ""), _sum_pattern(3, (0, 2), "de")
    ('abc->b', 'abc->dbe')
    """
    replaced = dict(zip(axes, fresh, strict=True)) if fresh else dict.fromkeys(axes, "")
    return f"{LABELS[:rank]}->{''.join(replaced.get(n, LABELS[n]) for n in range(rank))}"


@linear(np.mean)
def _mean(a: Any, axis: Any = None, dtype: Any = None, *, keepdims: bool = False) -> Any:
    a = _cast(a, dtype)
    count = math.prod(a.shape[axis] for axis in _axes("mean", axis, a.ndim))
    # The sum of many float16 numbers may be too large for float16; their mean is not.
    wide = _cast(a, np.result_type(a.dtype, np.float32))
    return _cast(np.divide(np.sum(wide, axis, keepdims=keepdims), count), a.dtype)


@linear(np.transpose)
def _transpose(a: Any, axes: Any = None) -> Any:
    order = range(np.ndim(a))[::-1] if axes is None else _axes("transpose", axes, a.ndim)
    return contract(f"{LABELS[: a.ndim]}->{''.join(LABELS[axis] for axis in order)}", [a])


@implements(np.swapaxes)
def _swapaxes(a: Any, axis1: int, axis2: int) -> Any:
    order = list(range(a.ndim))
    one, two = _axes("swapaxes", axis1, a.ndim) + _axes("swapaxes", axis2, a.ndim)
    order[one], order[two] = two, one
    return np.transpose(a, order)


@implements(np.moveaxis)
def _moveaxis(a: Any, source: Any, destination: Any) -> Any:
    sources, places = _axes("moveaxis", source, a.ndim), _axes("moveaxis", destination, a.ndim)
    ...


@linear(np.broadcast_to)
def _broadcast_to(array: Any, shape: Any) -> Any:
    wanted = run("broadcast_to", np.broadcast_to, (look(array), shape)).shape
    lead = len(wanted) - array.ndim
    own = LABELS[len(wanted) : len(wanted) + array.ndim]
    ...


def _axes(name: str, axis: Any, rank: int) -> tuple[int, ...]:
    """The axes as numbers from 0; None is all of them."""
    given = tuple(range(rank)) if axis is None else axis
    axes: tuple[int, ...] = run(name, normalize_axis_tuple, (given, rank))
    return axes


def _cast(a: Any, dtype: Any) -> Any:
    return a if dtype is None or a.dtype == dtype else a.astype(dtype)
