"""Cache lines that map to the same sets, and so evict each other."""

from __future__ import annotations

import math
from collections.abc import Iterable

from einsum_grad.lower import machine


def sets_of(axes: Iterable[tuple[int, int]]) -> int:
    """The number of sets of a first-level cache that lines map to.

    `axes` are those along which the lines lie: the size of each, and the power of two that divides
    its stride in bytes.

    >>> sets_of([(1000, 4096)]), sets_of([(1000, 1024)]), sets_of([(3, 1024), (5, 8192)])
    (1, 4, 3)
    """
    return math.prod(min(count, max(1, machine.CACHE_SET_PERIOD // apart)) for count, apart in axes)
