"""`Diagram` to places: the nodes on a circle, each label where no line runs through it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from einsum_grad.explain.drawing.diagram import Diagram, Edge
from einsum_grad.explain.drawing.geometry import Box, Line, Point, cross
from einsum_grad.explain.text.layout import columns

_NODE = 42
"""The height of a node, and its least width."""

_LABEL = 22
"""The height of a label, and its least width."""

_APART, _LESS_APART, _MANY = 50, 30, 8
"""What two neighbours are apart beside their own size; less if there are many nodes."""

_GAP = 5
_ROUNDS = 4
_SPREAD = 9
"""Half the distance of the lines of a diagonal, where they meet the node."""

_OVERLAP, _CUT, _CROSS = 4000.0, 1000.0, 40.0
"""What a place costs for each label that it covers, that a line cuts, and each crossing of lines;
a pixel of line costs 1."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where the nodes and labels of a diagram are, and the lines between them."""

    nodes: tuple[Box, ...]
    labels: tuple[Box, ...]
    lines: tuple[tuple[Line, ...], ...]
    """Of each label those to its ends."""


def placed(diagram: Diagram) -> Placed:
    """Place a diagram; the same one is always placed alike."""
    nodes = _nodes(diagram)
    order = sorted(range(len(diagram.edges)), key=lambda at: -len(diagram.edges[at].nodes))
    labels: dict[int, Box] = {}
    for _ in range(_ROUNDS):
        before = dict(labels)
        for at in order:
            labels.pop(at, None)
            labels[at] = _best(at, diagram, nodes, labels)
        if labels == before:
            break
    boxes = tuple(labels[at] for at in range(len(diagram.edges)))
    lines = tuple(_lines(edge, box, nodes) for edge, box in zip(diagram.edges, boxes, strict=True))
    return Placed(nodes, boxes, lines)


def _nodes(diagram: Diagram) -> tuple[Box, ...]:
    """The nodes on a circle, in an order with few crossings; the last one is below."""
    count = len(diagram.arrays)
    widths = [max(_NODE, 10 * columns(array.name) + 22) for array in diagram.arrays]
    longest = max((_width(edge.label) for edge in diagram.edges), default=0)
    spacing = max(widths) + longest + (_APART if count < _MANY else _LESS_APART)
    joints = sum(len(edge.nodes) > 2 for edge in diagram.edges)
    radius = max(spacing / (2 * math.sin(math.pi / count)), 90 + 12 * joints if count > 2 else 0)
    places = [math.pi / 2 + 2 * math.pi * (seat + 1) / count for seat in range(count)]
    seats = _seats(diagram)
    return tuple(
        Box(Point(0, 0).at(places[seats[node]], radius).rounded(), widths[node], _NODE)
        for node in range(count)
    )


def _seats(diagram: Diagram) -> list[int]:
    """Each node's seat at the round table; two change seats while that saves crossings."""
    count = len(diagram.arrays)
    seats = list(range(count))
    pairs = [pair for edge in diagram.edges for pair in itertools.pairwise(edge.nodes)]
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


def _width(label: str) -> float:
    return max(_LABEL, 9.5 * columns(label) + 12)


def _label(edge: Edge, centre: Point) -> Box:
    return Box(centre, _width(edge.label), _LABEL)


def _best(at: int, diagram: Diagram, nodes: Sequence[Box], others: dict[int, Box]) -> Box:
    """The cheapest place for a label among the candidates, the others where they are."""
    edge = diagram.edges[at]
    ends = [nodes[node].centre for node in edge.nodes]
    boxes = [*nodes, *others.values()]
    foreign = [box for number, box in enumerate(boxes) if number not in edge.nodes]
    lines = [
        line for other, box in others.items() for line in _lines(diagram.edges[other], box, nodes)
    ]

    def penalty(box: Box) -> float:
        mine = _lines(edge, box, nodes)
        overlaps = sum(box.overlaps(other, _GAP) for other in boxes)
        cuts = sum(box.is_cut(line, _GAP) for line in lines)
        cuts += sum(other.is_cut(line, _GAP) for other in foreign for line in mine)
        crossings = sum(cross(line, other) for line in mine for other in lines)
        return _OVERLAP * overlaps + _CUT * cuts + _CROSS * crossings

    ranked = sorted(
        (
            round(extra + sum(math.dist(centre, end) for end in ends), 3),
            Box(centre.rounded(), _width(edge.label), _LABEL),
        )
        for extra, centre in _candidates(edge, nodes)
    )
    best, least = ranked[0][1], math.inf
    for base, box in ranked:
        if base >= least:  # a penalty only adds to that
            break
        if (found := base + penalty(box)) < least:
            best, least = box, found
    return best


def _candidates(edge: Edge, nodes: Sequence[Box]) -> Iterator[tuple[float, Point]]:
    """Places for a label, each with what speaks against it, in pixels."""
    ends = [nodes[node].centre for node in edge.nodes]
    if len(ends) == 1:
        yield from _around(ends[0], nodes[edge.nodes[0]], _width(edge.label))
    elif len(ends) == 2:
        yield from _between(*ends)
    else:
        middle = Point(sum(p.x for p in ends) / len(ends), sum(p.y for p in ends) / len(ends))
        yield 0.0, middle
        for distance, step in itertools.product((26, 44, 64, 88, 116, 150), range(36)):
            yield 0.0, middle.at(step * math.pi / 18, distance)


def _around(node: Point, box: Box, width: float) -> Iterator[tuple[float, Point]]:
    """Around a node, best away from the centre of the drawing."""
    outwards = math.atan2(node.y, node.x)
    for distance, step in itertools.product((34, 58, 84), range(-8, 8)):
        angle = outwards + step * math.pi / 8
        reach = abs(math.cos(angle)) * (box.width + width) / 2 + abs(math.sin(angle)) * _NODE / 2
        yield 8.0 * abs(step), node.at(angle, reach + distance)


def _between(start: Point, end: Point) -> Iterator[tuple[float, Point]]:
    """Beside the straight line between two nodes, best on it and in the middle."""
    across = math.atan2(end.x - start.x, start.y - end.y)
    for part in (0.5, 0.44, 0.56, 0.36, 0.64, 0.28, 0.72):
        for offset in (0, 15, -15, 30, -30, 45, -45, 60, -60, 80, -80, 105, -105, 135, -135):
            extra = 0.4 * abs(offset) + 100 * abs(part - 0.5)
            yield extra, start.towards(end, part).at(across, offset)


def _lines(edge: Edge, box: Box, nodes: Sequence[Box]) -> tuple[Line, ...]:
    """The lines from a label to its ends; those to the same node spread out there."""
    found = []
    for node, ends in itertools.groupby(edge.ends):
        count, centre = len(list(ends)), nodes[node].centre
        across = math.atan2(box.centre.x - centre.x, centre.y - box.centre.y)
        apart = (_SPREAD * (2 * number - count + 1) for number in range(count))
        found += [(box.centre, centre.at(across, distance)) for distance in apart]
    return tuple(found)
