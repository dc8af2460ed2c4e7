"""Where a copy is cut whose lines a cache can't hold, as they share a few places of it."""

from __future__ import annotations

import math
import sys
from typing import Any

from numpy.typing import NDArray

from einsum_grad.lower import machine, places_of


def cut_of(array: NDArray[Any]) -> tuple[int, int] | None:
    """The axis of which few indices are copied at a time, and how many, where lines share places.

    Lines 4 KB apart, or a multiple of that, have one place of the first cache between them; those
    that are an odd number of lines apart have all 64. None where that is no trouble.
    """
    last, along = array.ndim - 1, along_of(array)
    stride = abs(array.strides[last])
    if stride < machine.TILE_STRIDE_OF_LAST or stride % machine.CACHE_LINE:
        return None
    after = list(enumerate(zip(array.shape, array.strides, strict=True)))[along + 1 :]
    axes = [(axis, n, abs(s)) for axis, (n, s) in after if n > 1 and s]
    least = {last: machine.TILE_STRIDE_OF_LAST}
    apart = [(axis, n, s) for axis, n, s in axes if s >= least.get(axis, machine.TILE_STRIDE)]
    places = places_of((n, s & -s) for _, n, s in apart)
    count = math.prod(n for _, n, _ in apart)
    few = max(machine.TILE_LENGTH, machine.TILE_LINES * places)
    near = max((n * s for _, n, s in {*axes} - {*apart}), default=machine.CACHE_LINE)
    if count <= machine.CROWDED_SET * places or few * near > machine.TILE_BYTES:
        return None
    if len(apart) == 1:
        return last, few
    # What is written should be long: of several axes it is another one that is cut.
    shortest, longest = machine.TILE_LAST_SHORTEST, machine.TILE_LAST_LONGEST
    if places > machine.TILE_SETS or not shortest <= array.shape[last] <= longest:
        return None
    axis, size, _ = max(apart[:-1], key=lambda found: found[2])
    return axis, max(1, size * few // count)


def along_of(array: NDArray[Any]) -> int:
    """The axis whose numbers lie side by side in memory, perhaps with gaps or backwards."""
    return min(range(array.ndim), key=lambda axis: abs(array.strides[axis]) or sys.maxsize)
