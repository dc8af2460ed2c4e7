"""NumPy's linear functions of one array: each is an einsum of it."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from einsum_grad.autograd.dispatch.table import implements
from einsum_grad.autograd.rules.composite import composite
from einsum_grad.autograd.rules.contractions.contract import contract
from einsum_grad.autograd.tape.fit import LABELS
from einsum_grad.autograd.tape.nodes import Shape
from einsum_grad.autograd.tape.ownership import look
from einsum_grad.autograd.tape.refusals import run
from einsum_grad.syntax import MAX_AXES, bounded


@composite(np.sum)
def _sum(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    keepdims: bool = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    axes = axes_of("sum", axis, a.ndim)
    fresh = LABELS[a.ndim : a.ndim + len(axes)] if keepdims else ""
    pattern = _sum_pattern(a.ndim, axes, fresh)
    kept = a if where is True else np.where(where, a, 0)
    out = contract(pattern, [_cast(kept, dtype)], tuple((label, 1) for label in fresh))
    return out if initial is None else out + initial


@functools.lru_cache(maxsize=1024)
def _sum_pattern(rank: int, axes: tuple[int, ...], fresh: str) -> str:
    """The pattern of a sum; `fresh` are the labels, of size 1, of the axes to keep.

    >>> _sum_pattern(3, (0, 2), ""), _sum_pattern(3, (0, 2), "de")
    ('abc->b', 'abc->dbe')
    """
    replaced = dict(zip(axes, fresh, strict=True)) if fresh else dict.fromkeys(axes, "")
    return f"{LABELS[:rank]}->{''.join(replaced.get(n, LABELS[n]) for n in range(rank))}"


@composite(np.mean)
def _mean(
    a: Any, axis: Any = None, dtype: Any = None, keepdims: bool = False, *, where: Any = True
) -> Any:
    a, size = _cast(a, dtype), count(a.shape, axis, keepdims, where)
    # The sum of many float16 numbers may be too large for float16; their mean is not.
    wide = _cast(a, np.result_type(a.dtype, np.float32))
    return _cast(_sum(wide, axis, keepdims=keepdims, where=where) / size, a.dtype)


def count(shape: Shape, axis: Any, keepdims: bool, where: Any) -> Any:
    """How many elements of an array of this shape are reduced: a number, or by `where` an array.

    >>> count((2, 3), 1, False, True), count((2, 3), 1, False, np.array([[True], [False]]))
    (3, array([3, 0]))
    """
    if where is True:
        return math.prod(shape[axis] for axis in axes_of("mean", axis, len(shape)))
    taken = np.broadcast_to(look(where), shape)
    return np.count_nonzero(taken, axis=axis, keepdims=keepdims)


@composite(np.transpose)
def _transpose(a: Any, axes: Any = None) -> Any:
    if axes is None:
        return contract(_reversed_pattern(a.ndim), [a])
    run("transpose", np.transpose, (look(a), axes))
    order = axes_of("transpose", axes, a.ndim)
    return contract(f"{LABELS[: a.ndim]}->{''.join(LABELS[axis] for axis in order)}", [a])


def _reversed_pattern(rank: int) -> str:
    return f"{LABELS[:rank]}->{LABELS[:rank][::-1]}"


@implements(np.swapaxes)
def _swapaxes(a: Any, axis1: int, axis2: int) -> Any:
    run("swapaxes", np.swapaxes, (look(a), axis1, axis2))
    order = list(range(a.ndim))
    one, two = axes_of("swapaxes", axis1, a.ndim) + axes_of("swapaxes", axis2, a.ndim)
    order[one], order[two] = two, one
    return np.transpose(a, order)


@implements(np.moveaxis)
def _moveaxis(a: Any, source: Any, destination: Any) -> Any:
    source, destination = ending("moveaxis", source), ending("moveaxis", destination)
    run("moveaxis", np.moveaxis, (look(a), source, destination))
    sources, places = axes_of("moveaxis", source, a.ndim), axes_of("moveaxis", destination, a.ndim)
    order = [axis for axis in range(a.ndim) if axis not in sources]
    for place, axis in sorted(zip(places, sources, strict=True)):
        order.insert(place, axis)
    return np.transpose(a, order)


@composite(np.broadcast_to)
def _broadcast_to(array: Any, shape: Any) -> Any:
    given = ending("broadcast_to", shape)
    shape = run("broadcast_to", np.broadcast_to, (look(array), given)).shape
    rank, lead = len(shape), len(shape) - array.ndim
    same = [size == shape[lead + axis] for axis, size in enumerate(array.shape)]
    # An axis of size 1 that is stretched is summed away, and the new one repeated.
    own = "".join(LABELS[lead + axis if kept else rank + axis] for axis, kept in enumerate(same))
    sizes = [(label, size) for label, size in zip(LABELS, shape, strict=False) if label not in own]
    return contract(f"{own}->{LABELS[:rank]}", [array], tuple(sizes))


@composite(np.diagonal)
def _diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    return contract(*_on_diagonal("diagonal", a, offset, axis1, axis2, kept=True))


@composite(np.trace)
def _trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None) -> Any:
    return contract(*_on_diagonal("trace", _cast(a, dtype), offset, axis1, axis2, kept=False))


def _on_diagonal(
    name: str, a: Any, offset: int, axis1: int, axis2: int, kept: bool
) -> tuple[str, list[Any]]:
    """The pattern with one label for both axes, and the array cut to a square there."""
    run(name, np.diagonal, (look(a), offset, axis1, axis2))
    row, column = axes_of(name, axis1, a.ndim) + axes_of(name, axis2, a.ndim)
    top, left = max(-offset, 0), max(offset, 0)
    length = max(min(a.shape[row] - top, a.shape[column] - left), 0)
    cut = [slice(None)] * a.ndim
    cut[row], cut[column] = slice(top, top + length), slice(left, left + length)
    labels = list(LABELS[: a.ndim])
    others = "".join(label for n, label in enumerate(labels) if n not in (row, column))
    labels[column] = labels[row]
    return f"{''.join(labels)}->{others}{labels[row] if kept else ''}", [a[tuple(cut)]]


def axes_of(name: str, axis: Any, rank: int) -> tuple[int, ...]:
    """The axes, counted from 0; None means all of them."""
    if axis is None:
        return tuple(range(rank))
    if type(axis) is int and -rank <= axis < rank:
        return (axis % rank,)
    axes: tuple[int, ...] = run(name, normalize_axis_tuple, (ending(name, axis), rank))
    return axes


def ending(name: str, numbers: Any) -> Any:
    """A number, or axes or sizes: `ArgumentError` where they are more than an array has axes."""
    if isinstance(numbers, (int, tuple, list, np.ndarray)) or not isinstance(numbers, Iterable):
        return numbers
    return run(name, bounded, (numbers, f"axes in {name}", MAX_AXES))


def _cast(a: Any, dtype: Any) -> Any:
    return a if dtype is None or a.dtype is dtype else a.astype(dtype)
