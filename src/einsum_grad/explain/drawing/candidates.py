"""Places where a label may stand, each with what speaks against it, in pixels."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence

from einsum_grad.explain.drawing.geometry import Box, Point

Candidate = tuple[float, Point]

_RINGS = (0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.85, 1.0)
"""Radii around the middle of the nodes, in parts of what the farthest node is away."""

_ALONG = (0.5, 0.44, 0.56, 0.36, 0.64, 0.28, 0.72)
"""Parts of the way from one node to the other."""

_BESIDE = (0, 15, -15, 30, -30, 45, -45, 60, -60, 80, -80, 105, -105, 135, -135)
"""Beside the straight line, in pixels."""


def candidates(ends: Sequence[Box], width: float, scale: float) -> Iterator[Candidate]:
    """Places for a label of a width that belongs to the nodes `ends`, in a drawing of a scale."""
    if len(ends) == 1:
        return _around(ends[0], width)
    if len(ends) == 2:
        return _between(ends[0].centre, ends[1].centre, scale)
    return _amid([end.centre for end in ends])


def _around(node: Box, width: float) -> Iterator[Candidate]:
    """Around a node, best away from the centre of the drawing."""
    outwards = math.atan2(node.centre.y, node.centre.x)
    for distance, step in itertools.product((34, 58, 84), range(-8, 8)):
        angle = outwards + step * math.pi / 8
        across, up = abs(math.cos(angle)), abs(math.sin(angle))
        reach = (across * (node.width + width) + up * node.height) / 2
        yield 8.0 * abs(step), node.centre.at(angle, reach + distance)


def _between(start: Point, end: Point, scale: float) -> Iterator[Candidate]:
    """Beside the straight line between two nodes, best on it and in the middle."""
    across = math.atan2(end.x - start.x, start.y - end.y)
    for part, offset in itertools.product(_ALONG, _BESIDE):
        extra = 0.4 * abs(offset) + 100 * abs(part - 0.5)
        yield extra, start.towards(end, part).at(across, scale * offset)


def _amid(ends: Sequence[Point]) -> Iterator[Candidate]:
    """Amid several nodes, and on rings around there."""
    count = len(ends)
    middle = Point(sum(end.x for end in ends) / count, sum(end.y for end in ends) / count)
    farthest = max(math.dist(middle, end) for end in ends)
    yield 0.0, middle
    for part, step in itertools.product(_RINGS, range(36)):
        yield 0.0, middle.at((step + 3 * part) * math.pi / 18, part * farthest)
