"""Copies of large arrays, in pieces that suit the caches."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from einsum_grad.kernels.buffer_pool import empty
from einsum_grad.kernels.parallel.threads import in_blocks, is_within_block
from einsum_grad.kernels.tiling import along_of, cut_of
from einsum_grad.kernels.transposition import matrices_of, merged, transposed
from einsum_grad.lower import machine

Array = NDArray[Any]


def copied(array: Array) -> Array:
    """A copy whose last axis is the one without gaps, made in pieces that suit the caches."""
    return _copied_part(array) if is_within_block() else _copied_whole(array)


def _copied_whole(array: Array) -> Array:
    """The copy of an array that no block divides, large ones in memory that is used again."""
    parts = machine.FEWEST_CHUNKS if array.nbytes >= machine.WAKE_FOR_COPY else 1
    matrices = matrices_of(array, beside=parts > 1)
    if matrices is None and array.nbytes < machine.LARGE:
        return array.copy()
    target = empty(array.shape, array.dtype)
    if matrices is not None:
        transposed(target, array, matrices, parts)
    else:
        flat = _flat(array)
        _copy_in_pieces(target.reshape(flat.shape), flat, cut_of(flat), parts)
    return target


def _copied_part(array: Array) -> Array:
    """The same of what a block has. What is decided before a call keeps Python's lock from others.

    It is soon gone, and memory of its size would wait in vain to be used again.
    """
    if array.nbytes < machine.UNTILED_CHUNK:
        return array.copy()
    flat = _flat(array)
    cut = cut_of(flat)
    if array.nbytes < machine.COPY_AT_ONCE and cut is None:
        return array.copy()
    matrices = matrices_of(array, beside=True)
    target = np.empty(array.shape, array.dtype)
    if matrices is not None:
        transposed(target, array, matrices, parts=1)
    else:
        _copy_in_pieces(target.reshape(flat.shape), flat, cut, parts=1)
    return target


def _flat(array: Array) -> Array:
    """`array` with axes made one where they lie one in the other, which takes no copy."""
    return array.reshape(merged(array)[0])


def _copy_in_pieces(target: Array, array: Array, cut: tuple[int, int] | None, parts: int) -> None:
    """Copy what is cut along `cut`, or else where its columns are many, or shared as it is."""
    if cut is not None:
        axis, length = cut
        _in_pieces(target, array, axis, length, axis, parts)
    elif array.nbytes < machine.COPY_AT_ONCE:
        np.copyto(target, array)
    elif _columns(array) <= machine.COPIED_COLUMNS:
        enough = machine.COPIED_INDICES
        axis = max(range(array.ndim), key=lambda axis: min(array.shape[axis], enough))
        _in_pieces(target, array, axis, array.shape[axis], axis, parts)
    else:
        _in_columns(target, array, parts)


def _columns(array: Array) -> int:
    """How many numbers are read before the next one of a row in memory is."""
    after = slice(along_of(array) + 1, None)
    axes = zip(array.shape[after], array.strides[after], strict=True)
    return math.prod(size for size, stride in axes if stride)


def _in_columns(target: Array, array: Array, parts: int) -> None:
    """Copy a few columns at a time: their first lines stay in the cache until the others are read.

    Cut is an axis that makes them few. Of those that do it is the one whose indices lie farthest
    apart: the columns that are left lie on fewer pages.
    """
    along, last, columns = along_of(array), array.ndim - 1, _columns(array)
    shortest = {last: machine.TILE_LENGTH}
    pieces = -(-columns // machine.COPIED_COLUMNS)

    def worth(axis: int) -> tuple[int, int]:
        most = array.shape[axis] // shortest.get(axis, 1)
        return min(most, pieces), abs(array.strides[axis])

    axis = max(range(along + 1, array.ndim), key=worth)
    size = array.shape[axis]
    # As many columns as there are to be, of rows that are no shorter, are enough numbers.
    is_enough = along == last - 1 and array.shape[along] >= machine.TILE_LENGTH
    least = 1 if is_enough else min(size, machine.COPIED_PIECE * size // array.size)
    length = max(shortest.get(axis, 1), size // pieces, least)
    # Where there are few pieces the threads share rows.
    by_rows = size < 2 * parts * length and array.shape[along] >= parts * machine.TILE_LENGTH
    _in_pieces(target, array, axis, length, along if by_rows else axis, parts)


def _in_pieces(
    target: Array, array: Array, axis: int, length: int, shared: int, parts: int
) -> None:
    """Copy so many indices of an axis at a time; the threads share those of the axis `shared`."""

    def work(part: slice) -> None:
        place = (*[slice(None)] * shared, part)
        read, written = array[place], target[place]
        before = [slice(None)] * axis
        starts = range(0, read.shape[axis], length)
        pieces = [read[(*before, slice(start, start + length))] for start in starts]
        # By one call: after each a thread would wait for Python's lock, and be 50 µs late.
        np.concatenate(pieces, axis, out=written)

    in_blocks(work, array.shape[shared], parts)
