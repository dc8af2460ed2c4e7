"""Pass 8: terms with equal deltas become one, so that deep expressions have few."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from einsum_grad.calculus.derivatives.terms import Terms
from einsum_grad.calculus.graph.graph import Graph, dim_of
from einsum_grad.calculus.graph.product import Product
from einsum_grad.calculus.graph.sums import of_product, total
from einsum_grad.plan import Labels, LinearTerm, distinct, structure

MOST_TERMS = 2
"""The most terms that are kept apart: a diagonal and a low rank, for instance."""


def bound(graph: Graph, terms: Terms) -> Terms:
    """The same map, in which terms of equal deltas are one if there are more than a few."""
    if len(terms) <= MOST_TERMS:
        return terms
    groups: dict[LinearTerm, list[LinearTerm]] = {}
    for term in terms:
        groups.setdefault(structure(term, _core(term)), []).append(term)
    return tuple(_one(graph, group) for group in groups.values())


def _core(term: LinearTerm) -> Labels:
    """The labels of the axes that a factor has."""
    own = {label for _, labels in term.factors for label in labels}
    return tuple(label for label in distinct(term.axes) if label in own)


def _one(graph: Graph, group: Sequence[LinearTerm]) -> LinearTerm:
    if len(group) == 1:
        return group[0]
    first = group[0]
    core = _core(first)
    parts = [
        (Fraction(1), of_product(graph, Product(term.coefficient, term.factors, _core(term))))
        for term in group
    ]
    node = total(graph, parts, tuple(map(dim_of, core)))
    return LinearTerm(((node, core),), first.rows, first.columns)
