"""`Diagram` to places: the nodes on a circle, each label where no line runs through it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from einsum_grad.explain.drawing.candidates import candidates
from einsum_grad.explain.drawing.diagram import Diagram
from einsum_grad.explain.drawing.geometry import Box, Line, cross
from einsum_grad.explain.drawing.seats import around
from einsum_grad.explain.text.layout import columns

_NODE = 42
"""The height of a node, and its least width."""

_LABEL = 22
"""The height of a label, and its least width."""

_APART, _LESS_APART, _MANY = 50, 30, 8
"""What two neighbours are apart beside their own size; less if there are many nodes."""

_GAP, _LEAST_GAP = 5, 2
"""What lines and labels are apart, and what they are at least."""

_ROUNDS = 4
_SPREAD = 9
"""Half the distance of the lines of a diagonal, where they meet the node."""

_SCALES = (1.0, 1.2, 1.45, 1.75, 2.1, 2.5)
"""The radii that are tried, in multiples of the least, until every label has room."""

_STAR = 4
"""From so many lines on, two labels' lines cross wherever the labels stand."""

_OVERLAP, _CUT, _CROSS = 4000.0, 1000.0, 40.0
"""What a place costs for each label that it covers, that a line cuts, and each crossing of lines;
a pixel of line costs 1."""


@dataclass(frozen=True, slots=True)
class Outline:
    """What decides where things are: the same for a pattern and for all of its gradients."""

    nodes: tuple[float, ...]
    """The widths of the nodes."""

    edges: tuple[tuple[float, tuple[int, ...]], ...]
    """Of each label its width, and the nodes that have it: one twice for a diagonal."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where the nodes and labels of a diagram are, and the lines between them."""

    nodes: tuple[Box, ...]
    labels: tuple[Box, ...]
    lines: tuple[tuple[Line, ...], ...]
    """Of each label those to its ends."""


@dataclass(frozen=True, slots=True)
class Label:
    """A label in its place, and its lines, each with the node where it ends."""

    box: Box
    ends: tuple[int, ...]
    lines: tuple[Line, ...]


def placed(diagram: Diagram) -> Placed:
    """Place a diagram; the same one is always placed alike, and a gradient as its pattern."""
    names = (f"d{array.name.removeprefix('d')}" for array in diagram.arrays)
    nodes = tuple(max(_NODE, 10.0 * columns(name) + 22) for name in names)
    edges = ((max(_LABEL, 9.5 * columns(edge.label) + 12), edge.ends) for edge in diagram.edges)
    return _placed(Outline(nodes, tuple(edges)))


@lru_cache(maxsize=16)
def _placed(outline: Outline) -> Placed:
    """The smallest placement in which nothing covers a label, or else the largest that is tried."""
    for scale in _SCALES:
        nodes = _nodes(outline, scale)
        labels = _labels(outline, nodes, scale)
        if _is_clear(labels, nodes):
            break
    return Placed(nodes, tuple(x.box for x in labels), tuple(x.lines for x in labels))


def _nodes(outline: Outline, scale: float) -> tuple[Box, ...]:
    count = len(outline.nodes)
    longest = max((width for width, _ in outline.edges), default=0)
    spacing = max(outline.nodes) + longest + (_APART if count < _MANY else _LESS_APART)
    joined = [tuple(sorted(set(ends))) for _, ends in outline.edges]
    places = around(joined, count, spacing, scale)
    return tuple(Box(at, width, _NODE) for at, width in zip(places, outline.nodes, strict=True))


def _labels(outline: Outline, nodes: Sequence[Box], scale: float) -> list[Label]:
    """Each label in the best place that the others leave, those of most nodes first."""
    edges = outline.edges
    order = sorted(range(len(edges)), key=lambda at: -len(set(edges[at][1])))
    found: dict[int, Label] = {}
    for _ in range(_ROUNDS):
        before = dict(found)
        for at in order:
            found.pop(at, None)
            found[at] = _best(*edges[at], nodes, list(found.values()), scale)
        if found == before:
            break
    return [found[at] for at in range(len(edges))]


def _best(
    width: float, ends: tuple[int, ...], nodes: Sequence[Box], others: list[Label], scale: float
) -> Label:
    """The cheapest place for a label among the candidates, the others where they are."""
    own = [nodes[node] for node in sorted(set(ends))]
    ranked = sorted(
        (round(extra + sum(math.dist(centre, end.centre) for end in own), 3), centre.rounded())
        for extra, centre in candidates(own, width, scale)
    )
    best, least = None, math.inf
    for base, centre in ranked:
        if base >= least:  # a penalty only adds to that
            break
        label = _label(Box(centre, width, _LABEL), ends, nodes)
        found = base
        for penalty in _penalties(label, nodes, others):
            found += penalty
            if found >= least:
                break
        else:
            best, least = label, found
    assert best is not None
    return best


def _penalties(label: Label, nodes: Sequence[Box], others: Sequence[Label]) -> Iterator[float]:
    """What a label's place costs, the dearest first."""
    yield from _covers(label, nodes, others, _GAP)
    for other in others:
        if min(len(label.lines), len(other.lines)) < _STAR:
            yield _CROSS * sum(cross(mine, line) for mine in label.lines for line in other.lines)


def _covers(
    label: Label, nodes: Sequence[Box], others: Sequence[Label], gap: float
) -> Iterator[float]:
    """What a label covers, and what lines cut: others' it, and its own labels and nodes."""
    for box in itertools.chain(nodes, (other.box for other in others)):
        if label.box.overlaps(box, gap):
            yield _OVERLAP
    for other in others:
        yield _CUT * sum(label.box.is_cut(line, gap) for line in other.lines)
        yield _CUT * sum(other.box.is_cut(line, gap) for line in label.lines)
    for line, end in zip(label.lines, label.ends, strict=True):
        yield _CUT * sum(node.is_cut(line, gap) for at, node in enumerate(nodes) if at != end)


def _is_clear(labels: Sequence[Label], nodes: Sequence[Box]) -> bool:
    """Whether nothing covers a label, and no line runs through one or through a node."""
    return not any(
        any(_covers(label, nodes, labels[:at], _LEAST_GAP)) for at, label in enumerate(labels)
    )


def _label(box: Box, ends: tuple[int, ...], nodes: Sequence[Box]) -> Label:
    """A label with its lines; those to the same node spread out there."""
    lines = []
    for node, repeated in itertools.groupby(ends):
        count, centre = len(list(repeated)), nodes[node].centre
        across = math.atan2(box.centre.x - centre.x, centre.y - box.centre.y)
        apart = (_SPREAD * (2 * number - count + 1) for number in range(count))
        lines += [(box.centre, centre.at(across, distance)) for distance in apart]
    return Label(box, ends, tuple(lines))
