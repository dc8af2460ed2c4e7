"""Transposed copies by NumPy's BLAS, whose kernel is vectorised as NumPy's is not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from einsum_grad.kernels.blas import transpose
from einsum_grad.kernels.parallel.threads import in_blocks
from einsum_grad.lower import machine

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Matrices:
    """Matrices of one shape whose rows are contiguous in an array, and columns in its copy.

    Rows are `apart` bytes apart in the array, columns `between` bytes in the copy; `begins` has the
    byte offsets of each matrix in the array and in the copy.
    """

    rows: int
    columns: int
    apart: int
    between: int
    begins: list[tuple[int, int]]


def merged(array: Array) -> tuple[list[int], list[int]]:
    """The shape and strides of `array` with axes merged where no copy is needed for that.

    >>> merged(np.zeros((2, 3, 5)).transpose(2, 0, 1))
    ([5, 6], [8, 40])
    """
    shape, strides = [1], [array.strides[0] * array.shape[0]]
    for size, stride in zip(array.shape, array.strides, strict=True):
        if strides[-1] == size * stride:
            shape[-1], strides[-1] = shape[-1] * size, stride
        else:
            shape.append(size)
            strides.append(stride)
    return shape, strides


def matrices_of(array: Array) -> Matrices | None:
    """The matrices by which the BLAS copies `array` faster than NumPy; None if there are none.

    They are float32, and not small.

    >>> matrices_of(np.zeros((200, 300)).T)
    """
    if array.dtype != np.float32 or array.size < machine.BLAS_TRANSPOSED or not array.flags.aligned:
        return None
    shape, strides = merged(array)
    *others, last = range(len(shape))
    along = strides.index(array.itemsize) if array.itemsize in strides else last
    rows, columns = shape[last], shape[along]
    is_matrix = along != last and strides[last] >= columns * array.itemsize
    if not is_matrix or rows * columns < machine.BLAS_TRANSPOSED or transpose() is None:
        return None
    begins, inner = [(0, 0)], rows * array.itemsize
    between = inner
    for axis in reversed(others):
        if axis == along:
            between = inner
        else:
            steps = [(number * strides[axis], number * inner) for number in range(shape[axis])]
            begins = [(read + a, written + b) for read, written in begins for a, b in steps]
        inner *= shape[axis]
    return Matrices(rows, columns, strides[last], between, begins)


def transposed(target: Array, array: Array, matrices: Matrices, parts: int) -> None:
    """Copy the matrices of `array` into the contiguous `target`, in `parts` chunks."""
    copy = transpose()
    assert copy is not None
    rows, columns, itemsize = matrices.rows, matrices.columns, array.itemsize
    apart, between = matrices.apart, matrices.between
    is_tall = rows >= columns
    length, steps = (rows, (apart, itemsize)) if is_tall else (columns, (itemsize, between))
    size = length if len(matrices.begins) >= parts else -(-length // parts)
    places = [
        (min(size, length - start), a + start * steps[0], b + start * steps[1])
        for a, b in matrices.begins
        for start in range(0, length, size)
    ]
    distances = apart // itemsize, between // itemsize

    # An address keeps no memory alive: read here, while the closure holds the arrays.
    def work(part: slice) -> None:
        read, written = array.ctypes.data, target.ctypes.data
        for count, source, place in places[part]:
            shape = (count, columns) if is_tall else (rows, count)
            copy(*shape, read + source, written + place, *distances)

    if parts == 1:
        work(slice(None))
    else:
        in_blocks(work, len(places), parts)
