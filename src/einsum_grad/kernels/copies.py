"""Copies of large arrays, in pieces that fit the caches."""

from __future__ import annotations

import math
import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from einsum_grad.kernels.buffer_pool import empty
from einsum_grad.kernels.parallel.threads import in_blocks, parts_for
from einsum_grad.kernels.transposition import matrices_of, merged, transposed
from einsum_grad.lower import machine

Array = NDArray[Any]


def copied(array: Array) -> Array:
    """Return a C-contiguous copy, shared by two threads if it takes one of them long."""
    matrices = matrices_of(array)
    if matrices is None and array.nbytes < machine.LARGE:
        return array.copy()
    target, parts = empty(array.shape, array.dtype), parts_for(2 * array.nbytes)
    if matrices is not None:
        transposed(target, array, matrices, parts)
    else:
        shape, _ = merged(array)
        _copy(target.reshape(shape), array.reshape(shape), parts)
    return target


def _copy(target: Array, array: Array, parts: int) -> None:
    """Copy a few columns at a time: their cache lines stay until they are read again."""
    axis, length = cut_of(array)
    shared = array.shape.index(max(array.shape))

    def work(part: slice) -> None:
        place = (*[slice(None)] * shared, part)
        read, written = array[place], target[place]
        before, starts = [slice(None)] * axis, range(0, read.shape[axis], length)
        pieces = [read[(*before, slice(start, start + length))] for start in starts]
        # One call: after each, a thread would wait for Python's lock and be 50 µs late.
        np.concatenate(pieces, axis, out=written)

    in_blocks(work, array.shape[shared], parts)


def cut_of(array: Array) -> tuple[int, int]:
    """The axis to cut, and how many of its indices to copy at a time.

    Of the axes that make the columns few enough it is the one with the longest stride: the columns
    of a piece then lie on fewer pages.
    """
    along = min(range(array.ndim), key=lambda axis: abs(array.strides[axis]) or sys.maxsize)
    after = zip(array.shape[along + 1 :], array.strides[along + 1 :], strict=True)
    columns = math.prod(size for size, stride in after if stride)
    few = max(machine.COPIED_COLUMNS, machine.COPIED_PIECE // array.shape[along])
    pieces, last = -(-columns // few), array.ndim - 1
    if pieces == 1:
        return along, array.shape[along]
    shortest = {last: machine.COPIED_COLUMNS}

    def worth(axis: int) -> tuple[int, int]:
        return min(array.shape[axis] // shortest.get(axis, 1), pieces), abs(array.strides[axis])

    axis = max(range(along + 1, array.ndim), key=worth)
    return axis, max(shortest.get(axis, 1), array.shape[axis] // pieces)
