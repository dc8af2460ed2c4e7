"""Pass 4: cotangents of nodes, in reverse."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from fractions import Fraction

from einsum_grad.calculus.derivatives.jacobian import first
from einsum_grad.calculus.derivatives.terms import applied, transposed
from einsum_grad.calculus.graph.graph import Graph
from einsum_grad.calculus.graph.sums import is_zero, total


def cotangents(
    graph: Graph, order: Sequence[int], moving: Collection[int], seed: int
) -> dict[int, int]:
    """The cotangent of every moving node of `order`; that of the last one is `seed`.

    `order` has arguments first; `moving` are the nodes that depend on a variable.
    """
    parts: dict[int, list[tuple[Fraction, int]]] = {order[-1]: [(Fraction(1), seed)]}
    found: dict[int, int] = {}
    for number in reversed(order):
        if number not in moving or number not in parts:
            continue
        bar = found[number] = total(graph, parts[number], graph.dims(number))
        if is_zero(graph, bar):
            continue
        for arg, terms in zip(graph.args(number), first(graph, number), strict=True):
            if arg in moving:
                made = applied(graph, transposed(terms), bar, graph.dims(arg))
                parts.setdefault(arg, []).append((Fraction(1), made))
    return found
