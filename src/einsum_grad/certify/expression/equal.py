"""Whether nodes are equal for all arrays, by exact arithmetic at random points."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from einsum_grad.calculus.graph.graph import Graph, reached
from einsum_grad.certify.expression.certify import BRANCHES, MOST_POINTS, has_branches
from einsum_grad.certify.expression.dual import Point, drawn, duals, shape_of
from einsum_grad.certify.expression.field import PRIME, NoRootError, UnknownFunctionError
from einsum_grad.syntax import Declaration


def are_equal(
    graph: Graph, declared: Sequence[Declaration], one: int, others: Sequence[int]
) -> list[bool | None]:
    """Whether each of `others`, which have the axes of `one`, equals it; None if nothing is known.

    Every axis has the size 2, and each function is known by its derivative alone: what is equal may
    differ at other sizes, and what is unequal be equal by an identity of functions, such as
    cos² + sin² = 1.
    """
    points = BRANCHES if has_branches(graph, reached(graph, one, *others)) else 1
    told = [_at(graph, declared, one, others, seed) for seed in range(points)]
    return [None if None in each else all(each) for each in zip(*told, strict=True)]


def _at(
    graph: Graph, declared: Sequence[Declaration], one: int, others: Sequence[int], seed: int
) -> list[bool | None]:
    for attempt in range(MOST_POINTS):
        point = _point(declared, seed * MOST_POINTS + attempt)
        try:
            known = duals(graph, [one, *others], point)
        except NoRootError:
            continue
        except UnknownFunctionError:
            break
        truth = known[one][0]
        return [bool(np.all((known[other][0] - truth) % PRIME == 0)) for other in others]
    return [None] * len(others)


def _point(declared: Sequence[Declaration], seed: int) -> Point:
    """Random arrays, none of which moves."""
    arrays = {x.name: drawn(shape_of(x.axes), seed, "array", x.name) for x in declared}
    return Point(seed, arrays, {})
