"""How to tile a copy whose cache lines map to too few sets to stay in the cache."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable
from typing import Any

from numpy.typing import NDArray

from einsum_grad.lower import machine


def cut_of(array: NDArray[Any]) -> tuple[int, int] | None:
    """The axis to tile and the number of indices to copy at a time; None if no tiling is needed.

    Lines 4 KB apart, or a multiple of that, map to one set of the first-level cache; those an odd
    number of lines apart spread over all 64.
    """
    last, along = array.ndim - 1, along_of(array)
    stride = abs(array.strides[last])
    if stride < machine.TILE_STRIDE_OF_LAST or stride % machine.CACHE_LINE:
        return None
    after = list(enumerate(zip(array.shape, array.strides, strict=True)))[along + 1 :]
    axes = [(axis, n, abs(s)) for axis, (n, s) in after if n > 1 and s]
    least = {last: machine.TILE_STRIDE_OF_LAST}
    apart = [(axis, n, s) for axis, n, s in axes if s >= least.get(axis, machine.TILE_STRIDE)]
    sets = sets_of((n, s & -s) for _, n, s in apart)
    count = math.prod(n for _, n, _ in apart)
    few = max(machine.TILE_LENGTH, machine.TILE_LINES * sets)
    near = max((n * s for _, n, s in {*axes} - {*apart}), default=machine.CACHE_LINE)
    if count <= machine.CROWDED_SET * sets or few * near > machine.TILE_BYTES:
        return None
    if len(apart) == 1:
        return last, few
    # Writes should be long: with several such axes, one before the last is tiled.
    shortest, longest = machine.TILE_LAST_SHORTEST, machine.TILE_LAST_LONGEST
    if sets > machine.TILE_SETS or not shortest <= array.shape[last] <= longest:
        return None
    axis, size, _ = max(apart[:-1], key=lambda found: found[2])
    return axis, max(1, size * few // count)


def along_of(array: NDArray[Any]) -> int:
    """The axis with the shortest stride, be it with gaps or negative."""
    return min(range(array.ndim), key=lambda axis: abs(array.strides[axis]) or sys.maxsize)


def sets_of(axes: Iterable[tuple[int, int]]) -> int:
    """The number of sets of a first-level cache that lines map to, of which one evicts another.

    `axes` are those along which the lines lie: the size of each, and the power of two that divides
    its stride in bytes.

    >>> sets_of([(1000, 4096)]), sets_of([(1000, 1024)]), sets_of([(3, 1024), (5, 8192)])
    (1, 4, 3)
    """
    return math.prod(min(count, max(1, machine.CACHE_SET_PERIOD // apart)) for count, apart in axes)
