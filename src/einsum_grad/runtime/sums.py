"""Sums of large arrays, as products with ones by a BLAS where it has them."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from einsum_grad.runtime.memory import empty
from einsum_grad.runtime.threads import FEWEST, WORTH, in_blocks, parts_of

Array = NDArray[Any]

_MATRIX = 9216
"""The numbers of a matrix up to which OpenBLAS sums its rows in less time than np.einsum."""

_SINGLES = 1 << 16
"""The same for numbers of four bytes."""

_ROW = 1 << 12
"""The numbers of a row, where an array may be cut into rows of any length."""

_FEW_SUMS = 8
"""The sums of rows up to which a vector of ones as long as a row would take much memory."""


def summed(array: Array, axis: tuple[int, ...]) -> Any:
    """The sum over some axes; over the first or the last ones as a product with ones.

    A product adds number after number, and what that loses grows with their count: so long sums
    are sums of those of rows.
    """
    if not (array.size and array.dtype.kind in "fc"):
        return array.sum(axis=axis)
    if not array.flags.c_contiguous:
        return _summed_as_it_is(array, axis)
    kept = tuple(size for place, size in enumerate(array.shape) if place not in axis)
    if array.dtype.kind != "c":
        return _product(array, axis, math.prod(kept)).reshape(kept)[()]
    with np.errstate(invalid="ignore"):
        total = _product(array, axis, math.prod(kept)).reshape(kept)[()]
    # An infinity was multiplied by the 0 of 1 + 0j.
    return total if np.isfinite(total).all() else array.sum(axis=axis)


def _summed_as_it_is(array: Array, axis: tuple[int, ...]) -> Any:
    """The sum of an array with gaps, which no BLAS reads: in parts of the first axis."""
    if array.nbytes < WORTH:
        return array.sum(axis=axis)
    sums = in_blocks(lambda part: array[part].sum(axis=axis), len(array), FEWEST)
    return sum(sums) if 0 in axis else np.concatenate(sums)


def _product(array: Array, axis: tuple[int, ...], kept: int) -> Array:
    count = array.size // kept
    if axis == tuple(range(len(axis))):
        return _summed_first(array.reshape(count, kept))
    if axis == tuple(range(array.ndim - len(axis), array.ndim)):
        return _summed_last(array.reshape(kept, count))
    return _summed_within(*_grouped(array, axis))


def _summed_first(array: Array) -> Array:
    """The sum over the first of two axes, in rows of bounded length."""
    count, width = array.shape
    if count <= _ROW:
        sums: Array = np.ones(count, array.dtype).dot(array)
        return sums
    whole = count - count % _ROW
    rows = array[:whole].reshape(-1, _ROW, width)
    if width == 1:
        sums = (rows[..., 0] @ np.ones(_ROW, array.dtype)).sum(keepdims=True)
    else:
        sums = _summed_first(np.ones(_ROW, array.dtype) @ rows)
    return sums + _summed_first(array[whole:])


def _summed_last(array: Array) -> Array:
    """The sum over the last of two axes, of few long rows in pieces: ones for all take memory."""
    kept, count = array.shape
    if count <= _ROW or kept > _FEW_SUMS:
        sums: Array = array.dot(np.ones(count, array.dtype))
        return sums
    whole = count - count % _ROW
    pieces = array[:, :whole].reshape(kept, -1, _ROW) @ np.ones(_ROW, array.dtype)
    sums = array[:, whole:].dot(np.ones(count - whole, array.dtype))
    return sums + _summed_last(pieces)


def _grouped(array: Array, axis: tuple[int, ...]) -> tuple[Array, tuple[int, ...]]:
    """The same sum of an array with one axis for axes side by side that are summed, or kept."""
    places = range(array.ndim)
    groups = [list(group) for _, group in itertools.groupby(places, key=axis.__contains__)]
    sizes = [math.prod(array.shape[place] for place in group) for group in groups]
    return array.reshape(sizes), tuple(n for n, group in enumerate(groups) if group[0] in axis)


def _summed_within(array: Array, axis: tuple[int, ...]) -> Array:
    """The sum over axes that have kept ones on both sides, or between them."""
    for place in axis:
        if array.shape[place] > _ROW:
            return _summed_in_rows(array, axis, place)
    everything = list(range(array.ndim))
    output = [place for place in everything if place not in axis]
    if axis == (1,) and array[0].size <= (_SINGLES if array.itemsize == 4 else _MATRIX):
        return _summed_matrices(array)
    if output[0] != 0:
        found: Array = np.einsum(array, everything, output)
        return found
    target = empty(tuple(array.shape[place] for place in output), array.dtype)

    def work(part: slice) -> None:
        np.einsum(array[part], everything, output, out=target[part])

    in_blocks(work, len(array), parts_of(array.nbytes))
    return target


def _summed_matrices(array: Array) -> Array:
    """The sum over the rows of small matrices, as products with ones."""
    ones = np.ones(array.shape[1], array.dtype)
    target = empty((len(array), array.shape[2]), array.dtype)

    def work(part: slice) -> None:
        np.matmul(ones, array[part], out=target[part])

    in_blocks(work, len(array), parts_of(array.nbytes))
    return target


def _summed_in_rows(array: Array, axis: tuple[int, ...], place: int) -> Array:
    """The sum of those of rows along the axis `place`, and of what is left of it."""
    length = array.shape[place]
    first, rest = np.split(array, [length - length % _ROW], axis=place)
    rows = first.reshape(*array.shape[:place], -1, _ROW, *array.shape[place + 1 :])
    partial = _summed_within(rows, tuple(other + (other >= place) for other in axis))
    total: Array = partial.sum(axis=place - sum(other < place for other in axis))
    return total + _summed_within(rest, axis) if rest.size else total
