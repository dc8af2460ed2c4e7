"""Sums of large arrays, as BLAS products with ones where the dtype allows."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from einsum_grad.kernels.parallel.threads import in_blocks, parts_for_reading
from einsum_grad.kernels.products import multiplied
from einsum_grad.lower import machine

Array = NDArray[Any]


def summed(array: Array, axis: tuple[int, ...]) -> Any:
    """Return the sum over some axes, as products with ones, one group of adjacent axes at a time.

    A product adds up sequentially, and rounding errors grow with the count: so long sums are sums
    of the sums of rows. Two threads share what takes one long.
    """
    if not (axis and array.size and array.dtype.kind in "fc" and array.flags.c_contiguous):
        return array.sum(axis=axis)
    if array.dtype.kind != "c":
        return _shared(array, axis)[()]
    with np.errstate(invalid="ignore"):
        total = _shared(array, axis)[()]
    # inf times the 0 of 1 + 0j is nan: where the result isn't finite, NumPy adds up.
    return total if np.isfinite(total).all() else array.sum(axis=axis)


def _shared(array: Array, axis: tuple[int, ...]) -> Array:
    """The sums, of halves of the array if it is large."""
    kept = tuple(size for place, size in enumerate(array.shape) if place not in axis)
    is_first = 0 in axis

    def work(part: slice) -> Array:
        return _products(array[part], axis).reshape(kept if is_first else (-1, *kept[1:]))

    parts = parts_for_reading(array.nbytes) if len(array) >= machine.SHARED_BATCH else 1
    if parts == 1:
        return work(slice(None))
    halves = in_blocks(work, len(array), parts)
    total: Array = np.add.reduce(halves) if is_first else np.concatenate(halves)
    return total


def _products(array: Array, axis: tuple[int, ...]) -> Array:
    """The sums over groups of adjacent axes, the longest first: one over 2 rows leaves half.

    Where a short group is last, to begin with it takes up to nine times as long.
    """
    groups = itertools.groupby(range(array.ndim), key=axis.__contains__)
    found = [(math.prod(array.shape[place] for place in places), own) for own, places in groups]
    sizes = [size for size, _ in found]
    summed_groups = [place for place, (_, is_summed) in enumerate(found) if is_summed]
    for group in sorted(summed_groups, key=lambda place: (-sizes[place], -place)):
        after = math.prod(sizes[group + 1 :])
        array = _summed_over(array.reshape(-1, sizes[group], after))
        sizes[group] = 1
    return array


def _summed_over(array: Array) -> Array:
    """Sum over the second of three axes."""
    before, count, after = array.shape
    if before == 1:
        return _summed_first(array.reshape(count, after))
    if after == 1:
        return _summed_last(array.reshape(before, count))
    return _summed_within(array)


def _summed_first(array: Array) -> Array:
    """Sum over the first of two axes, in rows of bounded length."""
    (count, width), row = array.shape, machine.SUMMED_ROW
    if count <= row:
        return _rows_added(array)
    whole = count - count % row
    rows = array[:whole].reshape(-1, row, width)
    if width == 1:
        sums: Array = multiplied(rows[..., 0], np.ones(row, array.dtype)).sum(keepdims=True)
    else:
        sums = _summed_first(_rows_added(rows))
    return sums + _summed_first(array[whole:])


def _rows_added(array: Array) -> Array:
    """Sum over the last axis but one: long rows NumPy adds up as fast as a BLAS does."""
    if array.shape[-1] >= machine.LONG_ROW:
        long: Array = np.add.reduce(array, axis=-2)
        return long
    short: Array = multiplied(np.ones(array.shape[-2], array.dtype), array)
    return short


def _summed_last(array: Array) -> Array:
    """Sum over the last of two axes, long rows in pieces: the vector of ones stays short."""
    (kept, count), row = array.shape, machine.SUMMED_ROW
    if count <= row:
        sums: Array = multiplied(array, np.ones(count, array.dtype))
        return sums
    whole = count - count % row
    pieces = multiplied(array[:, :whole].reshape(kept, -1, row), np.ones(row, array.dtype))
    sums = multiplied(array[:, whole:], np.ones(count - whole, array.dtype))
    return sums + _summed_last(pieces)


def _summed_within(array: Array) -> Array:
    """Sum over the last axis but one, in rows of bounded length."""
    (*before, count, after), row = array.shape, machine.SUMMED_ROW
    if count > row:
        whole = count - count % row
        rows = array[..., :whole, :].reshape(*before, -1, row, after)
        return _summed_within(_summed_within(rows)) + _summed_within(array[..., whole:, :])
    return _rows_added(array)
