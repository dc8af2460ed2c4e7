"""Copies of large arrays, in pieces that suit the caches."""

from __future__ import annotations

import itertools
import math
import sys
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from einsum_grad.runtime.memory import empty
from einsum_grad.runtime.threads import FEWEST, in_blocks, is_within_block
from einsum_grad.runtime.transposition import matrices_of, merged, transposed

Array = NDArray[Any]

_SMALL = 1 << 20
"""The bytes below which an array is copied by one call."""

_BLOCK = 1 << 21
"""The bytes of a part of many panels, roughly."""

_PIECE = 1 << 20
"""The bytes of a piece: what is read of it stays in a cache."""

_SHARED = 1 << 22
"""The bytes from which on it is worth to wake other threads for a copy."""

_COLUMNS, _LENGTH = 128, 512
"""The columns of a matrix that are transposed at a time, and how much of each at most."""

_APART = 16
"""The numbers between the rows of a panel."""

_ROWS = 64
"""The rows from which on a matrix is transposed in panels."""

_ALIAS = 1 << 11
"""The bytes between columns, or a multiple, whose lines have few places in a cache."""

_FEW_COLUMNS = 256
"""How many columns are copied at a time: some KB of a cache hold a line of each."""

_LEAST = 1 << 13
"""The numbers of so many columns, at least: fewer are not worth a call."""

_CALL = 1 << 15
"""The numbers that a call copies, at least: threads that call more often wait for each other."""

_SHORTEST = 16
"""How many numbers side by side are written at a time, at least."""


def copied(array: Array) -> Array:
    """A copy whose last axis is the one without gaps, made in blocks that suit the caches."""
    is_straight = not array.ndim or _lies_along_its_last_axis(array)
    is_small = array.nbytes < _SMALL
    if is_small and is_straight:
        return array.copy()
    within = is_within_block()
    matrices = None if is_straight else matrices_of(array, beside=within or _is_shared(array))
    if is_small and matrices is None and not _is_crowded(array):
        return array.copy()
    # A part of a block is soon gone: memory of its size would wait in vain to be used again.
    make = np.empty if is_small or within else empty
    target = make(array.shape, array.dtype)
    if is_straight:
        _in_pieces(target, array, _piece(array))
    elif matrices is not None:
        transposed(target, array, matrices, FEWEST if _is_shared(array) else 1)
    else:
        shape, strides = merged(array)
        _transposed(target.reshape(shape), as_strided(array, shape, strides))
    return target


def _is_crowded(array: Array) -> bool:
    """Whether the lines of its columns have few places in a cache."""
    return array.strides[-1] % _ALIAS == 0 and array.shape[-1] >= _COLUMNS


def _lies_along_its_last_axis(array: Array) -> bool:
    """Whether numbers side by side are so in memory too, perhaps with gaps or backwards."""
    steps = [abs(stride) for stride in array.strides if stride]
    return abs(array.strides[-1]) <= min(steps, default=0)


def _transposed(target: Array, array: Array) -> None:
    """Copy what lies otherwise in memory: some columns at a time, through a panel or directly."""
    along = min(range(array.ndim), key=lambda axis: abs(array.strides[axis]) or sys.maxsize)
    rows = array.shape[along]
    if _is_crowded(array) and rows >= _ROWS:
        _in_panels(np.moveaxis(target, along, -2), np.moveaxis(array, along, -2))
        return
    cuts = _few_columns(array, along)
    if _is_shared(array) and rows >= FEWEST * _SHORTEST and _pieces(array, cuts) < 2 * FEWEST:
        # Rows that the threads share, too few columns as they are.
        cuts[along] = -(-rows // FEWEST)
    _in_pieces(target, array, cuts or _piece(array))


def _is_shared(array: Array) -> bool:
    return array.nbytes >= _SHARED


_Cuts = dict[int, int]
"""The length of a piece along each axis that is cut."""


def _pieces(array: Array, cuts: _Cuts) -> int:
    return math.prod(-(-array.shape[axis] // length) for axis, length in cuts.items())


def _piece(array: Array) -> _Cuts:
    """The longest axis in lengths that may be read at a time and stay in the cache."""
    axis = max(range(array.ndim), key=array.shape.__getitem__)
    return {axis: -(-array.shape[axis] * _PIECE // array.nbytes)}


def _few_columns(array: Array, along: int) -> _Cuts:
    """An axis in lengths that have a few of the columns that lie in memory `along` another.

    Their first lines stay in the cache until the others are read, however far they lie apart. Those
    of the axes before `along` are read one after the other anyway. Empty where there are no more
    columns, or so few would be less than a call is worth.
    """
    last = array.ndim - 1
    within = range(along + 1, last)
    is_long = not within or array.shape[last] > _FEW_COLUMNS
    axis = last if is_long else max(within, key=array.shape.__getitem__)
    size, columns = array.shape[axis], math.prod(array.shape[along + 1 :])
    length = max(_SHORTEST if axis == last else 1, size * _FEW_COLUMNS // columns)
    if length * array.size < _LEAST * size:
        return {}
    length = max(length, _CALL * size // array.size)
    return {axis: length} if length < size else {}


def _in_pieces(target: Array, array: Array, cuts: _Cuts) -> None:
    """Copy a piece at a time."""
    lengths = [cuts.get(axis, size) for axis, size in enumerate(array.shape)]
    starts = map(range, [0] * array.ndim, array.shape, lengths)
    places = [
        tuple(slice(start, start + length) for start, length in zip(place, lengths, strict=True))
        for place in itertools.product(*starts)
    ]

    def work(part: slice) -> None:
        for place in places[part]:
            np.copyto(target[place], array[place])

    in_blocks(work, len(places), FEWEST if _is_shared(array) else 1)


def _in_panels(target: Array, array: Array) -> None:
    """Copy matrices whose rows are columns in memory, some columns at a time.

    They come through a panel that a core's cache holds. Its rows do not lie a power of two apart,
    as those of a matrix often do: so many lines would have few places in a cache.
    """
    length, width = array.shape[-2:]
    matrices = np.ndindex(array.shape[:-2])
    columns = [slice(start, start + _COLUMNS) for start in range(0, width, _COLUMNS)]
    places = [(*matrix, slice(None), part) for matrix in matrices for part in columns]
    rows = [slice(start, start + _LENGTH) for start in range(0, length, _LENGTH)]

    def work(part: slice) -> None:
        panel = np.empty((_COLUMNS, min(length, _LENGTH) + _APART), array.dtype)
        for place in places[part]:
            for row in rows:
                read = array[place][row]
                held = panel[: read.shape[1], : read.shape[0]].T
                np.copyto(held, read)
                np.copyto(target[place][row], held)

    in_blocks(work, len(places), max(FEWEST, array.nbytes // _BLOCK) if _is_shared(array) else 1)
