"""Tangents of nodes, forward: a Hessian times a vector is the tangent of a gradient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from einsum_grad.calculus.derivatives.jacobian import first
from einsum_grad.calculus.derivatives.terms import applied
from einsum_grad.calculus.graph.graph import Graph, dependent, reached
from einsum_grad.calculus.graph.sums import is_zero, total, zero


def tangents(graph: Graph, roots: Sequence[int], along: Mapping[int, int]) -> tuple[int, ...]:
    """The tangents of `roots`, where leaves move along the nodes that `along` has for them."""
    order = reached(graph, *roots)
    moving = dependent(graph, order, along)
    found = dict(along)
    for number in order:
        if number in moving and number not in along:
            parts = [
                (Fraction(1), applied(graph, terms, found[arg], graph.dims(number)))
                for arg, terms in zip(graph.args(number), first(graph, number), strict=True)
                if arg in moving and not is_zero(graph, found[arg])
            ]
            found[number] = total(graph, parts, graph.dims(number))
    return tuple(found.get(root, zero(graph, graph.dims(root))) for root in roots)
