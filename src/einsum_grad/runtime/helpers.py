"""What takes the place of the plain helpers in modules of large arrays."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from einsum_grad.runtime.memory import empty
from einsum_grad.runtime.threads import in_blocks

Array = NDArray[Any]

_BLOCK = 1 << 19
"""The bytes of a block: they fit in a core's own cache."""

_WORTH = 1 << 20
"""The bytes from which on a copy is worth to wake other threads."""

_LINE = 64
"""The bytes of a cache line."""


_ROW = 1 << 12
"""The numbers of a row, where an array may be cut into rows of any length."""


def copied(array: Array) -> Array:
    """A copy whose last axis is the one without gaps, made in blocks that suit the caches."""
    target = empty(array.shape, array.dtype)
    if array.nbytes < _WORTH:
        np.copyto(target, array)
    elif array.strides[-1] == array.itemsize:
        rows = max(1, len(array) * _BLOCK // array.nbytes)
        in_blocks(lambda part: np.copyto(target[part], array[part]), len(array), rows)
    else:
        _transposed(target, array)
    return target


def _transposed(target: Array, array: Array) -> None:
    """Copy what lies otherwise in memory, a cache line of the last axis at a time.

    Lines of what is read then stay in the cache until all of each was used.
    """
    length, width = array.shape[-1], _LINE // array.itemsize
    if length <= width:
        width //= 2

    def work(part: slice) -> None:
        for start in range(part.start, min(part.stop, length), width):
            place = (..., slice(start, start + width))
            np.copyto(target[place], array[place])

    lines = max(1, length * _BLOCK // (array.nbytes * width))
    in_blocks(work, length, lines * width)


def summed(array: Array, axis: tuple[int, ...]) -> Any:
    """The sum over some axes; over the first or the last ones as a product with ones."""
    kept = tuple(size for place, size in enumerate(array.shape) if place not in axis)
    if not (array.flags.c_contiguous and array.size and array.dtype.kind in "fc"):
        return array.sum(axis=axis)
    if not kept:
        flat, rest = array.reshape(-1), array.size % _ROW
        rows = flat[: array.size - rest].reshape(-1, _ROW)
        return (rows @ np.ones(_ROW, array.dtype)).sum() + flat[array.size - rest :].sum()
    ones = np.ones(array.size // math.prod(kept), array.dtype)
    if axis == tuple(range(len(axis))):
        return (ones @ array.reshape(len(ones), -1)).reshape(kept)
    if axis == tuple(range(len(kept), array.ndim)):
        return (array.reshape(-1, len(ones)) @ ones).reshape(kept)
    return _summed_within(array, axis, kept)


def _summed_within(array: Array, axis: tuple[int, ...], kept: tuple[int, ...]) -> Array:
    """The sum over axes that have kept ones on both sides, or between them."""
    everything = list(range(array.ndim))
    output = [place for place in everything if place not in axis]
    if output[0] != 0:
        found: Array = np.einsum(array, everything, output)
        return found
    target = empty(kept, array.dtype)
    rows = max(1, int(len(array) * _BLOCK / array.nbytes))

    def work(part: slice) -> None:
        np.einsum(array[part], everything, output, out=target[part])

    in_blocks(work, len(array), rows)
    return target


HELPERS: Mapping[str, Callable[..., Any]] = {
    "empty": empty,
    "in_blocks": in_blocks,
    "copied": copied,
    "summed": summed,
}
