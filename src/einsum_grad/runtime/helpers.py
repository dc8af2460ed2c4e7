"""What takes the place of the plain helpers in modules of large arrays."""

from __future__ import annotations

import itertools
import math
import sys
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from einsum_grad.runtime.memory import empty
from einsum_grad.runtime.threads import in_blocks

Array = NDArray[Any]
DType = np.dtype[Any]

_BLOCK = 1 << 21
"""The bytes of a block, roughly: larger ones take longer than threads wait for each other."""

_FEWEST = 4
"""The blocks to make at least: with some for each thread, one that is late costs little."""

_WORTH = 1 << 20
"""The bytes from which on an array is worth to wake other threads."""

_CLEARED = 1 << 23
"""The bytes from which on it is worth to wake other threads for zeros."""

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

_ALIAS = 1 << 11

_FEW_COLUMNS = 256
"""How many columns are copied at a time: some KB of a cache hold a line of each."""

_CALL = 1 << 13
"""The numbers that a call copies, at least: threads that call more often wait for each other."""

_SHORTEST = 16
"""How many numbers side by side are written at a time, at least."""

_MATRIX = 9216
"""The numbers of a matrix up to which OpenBLAS sums its rows in less time than np.einsum."""

_SINGLES = 1 << 16
"""The same for numbers of four bytes."""

_ROW = 1 << 12
"""The numbers of a row, where an array may be cut into rows of any length."""

_FEW_SUMS = 8
"""The sums of rows up to which a vector of ones as long as a row would take much memory."""


def zeros(shape: tuple[int, ...], dtype: DType) -> Array:
    """An array of zeros, on all cores where it is larger than their caches."""
    target = empty(shape, dtype)
    if target.nbytes < _CLEARED:
        target.fill(0)
        return target
    numbers = target.reshape(-1)
    in_blocks(lambda part: numbers[part].fill(0), len(numbers), _FEWEST)
    return target


def copied(array: Array) -> Array:
    """A copy whose last axis is the one without gaps, made in blocks that suit the caches."""
    along = _lies_along_its_last_axis(array)
    if array.nbytes < _WORTH and (along or not _is_crowded(array)):
        return array.copy()
    target = empty(array.shape, array.dtype)
    if along:
        _in_pieces(target, array, _piece(array))
    else:
        shape, strides = _merged(array)
        _transposed(target.reshape(shape), as_strided(array, shape, strides))
    return target


def _is_crowded(array: Array) -> bool:
    """Whether the lines of its columns have few places in a cache."""
    return array.strides[-1] % _ALIAS == 0 and array.shape[-1] >= _COLUMNS


def _lies_along_its_last_axis(array: Array) -> bool:
    """Whether numbers side by side are so in memory too, perhaps with gaps or backwards."""
    steps = [abs(stride) for stride in array.strides if stride]
    return abs(array.strides[-1]) <= min(steps, default=0)


def _parts(array: Array) -> int:
    """In how many parts an array is read."""
    return max(_FEWEST, array.nbytes // _BLOCK) if array.nbytes >= _WORTH else 1


def _merged(array: Array) -> tuple[list[int], list[int]]:
    """The shape and strides of `array` with axes made one where they lie one in the other."""
    shape, strides = [1], [array.strides[0] * array.shape[0]]
    for size, stride in zip(array.shape, array.strides, strict=True):
        if strides[-1] == size * stride:
            shape[-1], strides[-1] = shape[-1] * size, stride
        else:
            shape.append(size)
            strides.append(stride)
    return shape, strides


def _transposed(target: Array, array: Array) -> None:
    """Copy what lies otherwise in memory: some columns at a time, through a panel or directly."""
    along = min(range(array.ndim), key=lambda axis: abs(array.strides[axis]) or sys.maxsize)
    rows = array.shape[along]
    if _is_crowded(array) and rows >= _ROWS:
        _in_panels(np.moveaxis(target, along, -2), np.moveaxis(array, along, -2))
        return
    cuts = _few_columns(array, along)
    if _is_shared(array) and rows >= _FEWEST * _SHORTEST and _pieces(array, cuts) < 2 * _FEWEST:
        # Rows that the threads share, too few columns as they are.
        cuts[along] = -(-rows // _FEWEST)
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

    Their first lines stay in the cache until the others are read, however far they lie apart. Empty
    where there are no more columns, or so few would be less than a call is worth.
    """
    last = array.ndim - 1
    within = [axis for axis in range(last) if axis != along]
    is_long = not within or array.shape[last] > _FEW_COLUMNS
    axis = last if is_long else max(within, key=array.shape.__getitem__)
    size, columns = array.shape[axis], array.size // array.shape[along]
    length = max(_SHORTEST if axis == last else 1, size * _FEW_COLUMNS // columns)
    return {axis: length} if length < size and length * array.size // size >= _CALL else {}


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

    in_blocks(work, len(places), _FEWEST if _is_shared(array) else 1)


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

    in_blocks(work, len(places), _parts(array))


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
    if array.nbytes < _WORTH:
        return array.sum(axis=axis)
    sums = in_blocks(lambda part: array[part].sum(axis=axis), len(array), _FEWEST)
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

    in_blocks(work, len(array), _parts(array))
    return target


def _summed_matrices(array: Array) -> Array:
    """The sum over the rows of small matrices, as products with ones."""
    ones = np.ones(array.shape[1], array.dtype)
    target = empty((len(array), array.shape[2]), array.dtype)

    def work(part: slice) -> None:
        np.matmul(ones, array[part], out=target[part])

    in_blocks(work, len(array), _parts(array))
    return target


def _summed_in_rows(array: Array, axis: tuple[int, ...], place: int) -> Array:
    """The sum of those of rows along the axis `place`, and of what is left of it."""
    length = array.shape[place]
    first, rest = np.split(array, [length - length % _ROW], axis=place)
    rows = first.reshape(*array.shape[:place], -1, _ROW, *array.shape[place + 1 :])
    partial = _summed_within(rows, tuple(other + (other >= place) for other in axis))
    total: Array = partial.sum(axis=place - sum(other < place for other in axis))
    return total + _summed_within(rest, axis) if rest.size else total


HELPERS: Mapping[str, Callable[..., Any]] = {
    "empty": empty,
    "zeros": zeros,
    "in_blocks": in_blocks,
    "copied": copied,
    "summed": summed,
}
