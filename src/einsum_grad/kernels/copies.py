"""Copies of large arrays, in pieces that fit the caches."""

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
    """Return a C-contiguous copy, made in pieces that fit the caches."""
    return _copied_part(array) if is_within_block() else _copied_whole(array)


def _copied_whole(array: Array) -> Array:
    """Copy an array outside of any block, into reused memory if it is large."""
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
    """Copy a chunk's part of an array, deciding little: that holds Python's lock.

    The copy is short-lived, and its size is rarely asked for again: it takes no reused memory.
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
    """`array` with axes merged where no copy is needed for that."""
    return array.reshape(merged(array)[0])


def _copy_in_pieces(target: Array, array: Array, cut: tuple[int, int] | None, parts: int) -> None:
    """Copy along `cut` if there is one, else a few columns at a time if there are many."""
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
    """How many numbers are read before the neighbour in memory of the first is."""
    after = slice(along_of(array) + 1, None)
    axes = zip(array.shape[after], array.strides[after], strict=True)
    return math.prod(size for size, stride in axes if stride)


def _in_columns(target: Array, array: Array, parts: int) -> None:
    """Copy a few columns at a time, so that their cache lines stay until they are read again.

    Of the axes whose division makes the columns few enough, the one with the longest stride is
    divided: the columns of a piece then lie on fewer pages.
    """
    along, last, columns = along_of(array), array.ndim - 1, _columns(array)
    shortest = {last: machine.TILE_LENGTH}
    pieces = -(-columns // machine.COPIED_COLUMNS)

    def worth(axis: int) -> tuple[int, int]:
        most = array.shape[axis] // shortest.get(axis, 1)
        return min(most, pieces), abs(array.strides[axis])

    axis = max(range(along + 1, array.ndim), key=worth)
    size = array.shape[axis]
    # Pieces of that many columns are large enough if the rows are no shorter.
    is_enough = along == last - 1 and array.shape[along] >= machine.TILE_LENGTH
    least = 1 if is_enough else min(size, machine.COPIED_PIECE * size // array.size)
    length = max(shortest.get(axis, 1), size // pieces, least)
    # With few pieces, threads share the rows.
    by_rows = size < 2 * parts * length and array.shape[along] >= parts * machine.TILE_LENGTH
    _in_pieces(target, array, axis, length, along if by_rows else axis, parts)


def _in_pieces(
    target: Array, array: Array, axis: int, length: int, shared: int, parts: int
) -> None:
    """Copy `length` indices of `axis` at a time; threads share the axis `shared`."""

    def work(part: slice) -> None:
        place = (*[slice(None)] * shared, part)
        read, written = array[place], target[place]
        before = [slice(None)] * axis
        starts = range(0, read.shape[axis], length)
        pieces = [read[(*before, slice(start, start + length))] for start in starts]
        # One call: after each, a thread would wait for Python's lock and be 50 µs late.
        np.concatenate(pieces, axis, out=written)

    in_blocks(work, array.shape[shared], parts)
