"""Points, boxes and lines in the plane; y grows downwards."""

from __future__ import annotations

import math
from typing import NamedTuple


class Point(NamedTuple):
    """A place, in pixels."""

    x: float
    y: float

    def towards(self, other: Point, part: float) -> Point:
        """The point that lies `part` of the way to `other`."""
        return Point(self.x + (other.x - self.x) * part, self.y + (other.y - self.y) * part)

    def at(self, angle: float, distance: float) -> Point:
        """The point at a distance, in the direction of an angle in radians."""
        return Point(self.x + distance * math.cos(angle), self.y + distance * math.sin(angle))

    def rounded(self) -> Point:
        """The point in hundredths of a pixel, so that no last digit decides a layout."""
        return Point(round(self.x, 2), round(self.y, 2))


Line = tuple[Point, Point]


class Box(NamedTuple):
    """A rectangle around a centre."""

    centre: Point
    width: float
    height: float

    def overlaps(self, other: Box, gap: float) -> bool:
        """Whether two boxes are nearer than `gap`.

        >>> box = Box(Point(0, 0), 10, 10)
        >>> [box.overlaps(Box(Point(x, 0), 10, 10), 4) for x in (13, 15)]
        [True, False]
        """
        beside = abs(self.centre.x - other.centre.x) >= (self.width + other.width) / 2 + gap
        below = abs(self.centre.y - other.centre.y) >= (self.height + other.height) / 2 + gap
        return not (beside or below)

    def is_cut(self, line: Line, gap: float) -> bool:
        """Whether a line comes nearer than `gap` to the box.

        >>> box = Box(Point(0, 0), 10, 10)
        >>> [box.is_cut((Point(-9, y), Point(9, y)), 2) for y in (0, 6, 8)]
        [True, True, False]
        """
        (start, end), centre = line, self.centre
        wide, high = self.width / 2 + gap, self.height / 2 + gap
        if not (min(start.x, end.x) < centre.x + wide and max(start.x, end.x) > centre.x - wide):
            return False
        if not (min(start.y, end.y) < centre.y + high and max(start.y, end.y) > centre.y - high):
            return False
        across, down = end.x - start.x, end.y - start.y
        beside = across * (centre.y - start.y) - down * (centre.x - start.x)
        return abs(beside) < high * abs(across) + wide * abs(down)


def cross(one: Line, other: Line) -> bool:
    """Whether two lines cross, not counting common ends.

    >>> cross((Point(0, 0), Point(2, 2)), (Point(0, 2), Point(2, 0)))
    True
    """
    if one[0] in other or one[1] in other:
        return False
    return _turn(*one, other[0]) * _turn(*one, other[1]) < 0 and (
        _turn(*other, one[0]) * _turn(*other, one[1]) < 0
    )


def _turn(start: Point, end: Point, point: Point) -> float:
    """Positive where `point` is to one side of the line, negative on the other."""
    return (end.x - start.x) * (point.y - start.y) - (end.y - start.y) * (point.x - start.x)
