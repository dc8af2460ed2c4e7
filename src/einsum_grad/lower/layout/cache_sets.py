"""Lines that share the places of a cache, and so drive each other out."""

from __future__ import annotations

import math
from collections.abc import Iterable

CROWD = 32
"""From how many lines of one place on there are too many."""

_SPAN = 1 << 12
"""The bytes after which lines have the same place of a first cache again."""


def places_of(axes: Iterable[tuple[int, int]]) -> int:
    """How many places of a first cache lines have between them.

    `axes` are those along which the lines lie: how many indices each has, and the power of two that
    divides the bytes between two of them.

    >>> places_of([(1000, 4096)]), places_of([(1000, 1024)]), places_of([(3, 1024), (5, 8192)])
    (1, 4, 3)
    """
    return math.prod(min(count, max(1, _SPAN // apart)) for count, apart in axes)
