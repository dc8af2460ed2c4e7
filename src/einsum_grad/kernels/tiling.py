"""Where a copy is cut whose lines a cache can't hold, as they share a few places of it."""

from __future__ import annotations

import math
import sys
from typing import Any

from numpy.typing import NDArray

from einsum_grad.lower import CROWD, places_of

SHORTEST = 16
"""How many numbers side by side are written at a time, at least."""

_LINE = 1 << 6
"""The bytes of a line."""

_FEW = 8
"""How many lines of one place there are to be."""

_APART, _APART_LAST = 1 << 9, 1 << 8
"""The bytes from which on numbers lie apart that are read one after the other: those of an axis
within, and those of the last one."""

_NEAR = 1 << 18
"""The bytes of what is read at a time, at most, with what lies between the lines."""

_PLACES = 4
"""The places that lines which lie apart along several axes share, at most."""

_SHORT, _LONG = 8, 64
"""The lengths of a last axis beside which another one is cut."""


def cut_of(array: NDArray[Any]) -> tuple[int, int] | None:
    """The axis of which few indices are copied at a time, and how many, where lines share places.

    Lines 4 KB apart, or a multiple of that, have one place of the first cache between them; those
    that are an odd number of lines apart have all 64. None where that is no trouble.
    """
    last, along = array.ndim - 1, along_of(array)
    stride = abs(array.strides[last])
    if stride < _APART_LAST or stride % _LINE:
        return None
    after = list(enumerate(zip(array.shape, array.strides, strict=True)))[along + 1 :]
    axes = [(axis, n, abs(s)) for axis, (n, s) in after if n > 1 and s]
    apart = [(axis, n, s) for axis, n, s in axes if s >= (_APART_LAST if axis == last else _APART)]
    places = places_of((n, s & -s) for _, n, s in apart)
    count = math.prod(n for _, n, _ in apart)
    few = max(SHORTEST, _FEW * places)
    near = max((n * s for axis, n, s in axes if (axis, n, s) not in apart), default=_LINE)
    if count <= CROWD * places or few * near > _NEAR:
        return None
    if len(apart) == 1:
        return last, few
    # What is written should be long: of several axes it is another one that is cut.
    if places > _PLACES or not _SHORT <= array.shape[last] <= _LONG:
        return None
    axis, size, _ = max(apart[:-1], key=lambda found: found[2])
    return axis, max(1, size * few // count)


def along_of(array: NDArray[Any]) -> int:
    """The axis whose numbers lie side by side in memory, perhaps with gaps or backwards."""
    return min(range(array.ndim), key=lambda axis: abs(array.strides[axis]) or sys.maxsize)
