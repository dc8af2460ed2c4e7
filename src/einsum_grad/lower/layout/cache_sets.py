"""Lines that share the places of a cache, and so drive each other out."""

from __future__ import annotations

import math
from collections.abc import Iterable

from einsum_grad.lower import machine


def places_of(axes: Iterable[tuple[int, int]]) -> int:
    """How many places of a first cache lines have between them.

    `axes` are those along which the lines lie: how many indices each has, and the power of two that
    divides the bytes between two of them.

    >>> places_of([(1000, 4096)]), places_of([(1000, 1024)]), places_of([(3, 1024), (5, 8192)])
    (1, 4, 3)
    """
    return math.prod(min(count, max(1, machine.CACHE_SET_PERIOD // apart)) for count, apart in axes)
