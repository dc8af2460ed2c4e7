"""Who sits where at a round table: the nodes of a drawing on a circle, with few crossings."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from einsum_grad.explain.drawing.geometry import Point

_LEAST, _FOR_A_LINE = 90, 4
"""The least radius, in pixels, of three nodes or more, and what each line to a label of three nodes
or more adds: the circle then has 24 pixels more for each line."""


def around(
    edges: Sequence[Sequence[int]], count: int, spacing: float, scale: float = 1
) -> tuple[Point, ...]:
    """Places on a circle for `count` nodes, the last node below.

    Neighbours are at least `spacing` apart times `scale`; `edges` are the nodes that are joined.

    >>> [(round(x), round(y)) for x, y in around([(0, 1)], 2, 100.0)]
    [(0, -50), (0, 50)]
    """
    lines = sum(len(nodes) for nodes in edges if len(nodes) > 2)
    least = _LEAST + _FOR_A_LINE * lines if count > 2 else 0
    radius = scale * max(spacing / (2 * math.sin(math.pi / count)), least)
    angles = (math.pi / 2 + 2 * math.pi * (seat + 1) / count for seat in _seats(edges, count))
    return tuple(Point(0, 0).at(angle, radius).rounded() for angle in angles)


def _seats(edges: Sequence[Sequence[int]], count: int) -> list[int]:
    """Each node's seat at the round table; two change seats while that saves crossings."""
    seats = list(range(count))
    pairs = [pair for nodes in edges for pair in itertools.pairwise(nodes)]
    best, improved = _disorder(pairs, seats), True
    while improved:
        improved = False
        for one, other in itertools.combinations(range(count - 1), 2):
            seats[one], seats[other] = seats[other], seats[one]
            found = _disorder(pairs, seats)
            if found < best:
                best, improved = found, True
            else:
                seats[one], seats[other] = seats[other], seats[one]
    return seats


def _disorder(pairs: Sequence[tuple[int, int]], seats: Sequence[int]) -> int:
    """Crossings of the chords, and how far around the table they reach."""
    count = len(seats)
    chords = [tuple(sorted((seats[one], seats[other]))) for one, other in pairs]
    reach = sum(min(high - low, count - high + low) for low, high in chords)
    crossings = sum(
        a < c < b < d or c < a < d < b for (a, b), (c, d) in itertools.combinations(chords, 2)
    )
    return 4 * crossings + reach
