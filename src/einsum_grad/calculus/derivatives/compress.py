"""What a linear map stores: its terms contracted where that makes them smaller, like ones added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from einsum_grad.calculus.derivatives.terms import Terms
from einsum_grad.calculus.graph.graph import Graph, dim_of
from einsum_grad.calculus.graph.product import Product
from einsum_grad.calculus.graph.sums import of_product, total
from einsum_grad.plan import Labels, LinearTerm, groups, structure


def compressed(graph: Graph, terms: Terms, sizes: Mapping[str, int]) -> Terms:
    """The same map with as few numbers as its deltas allow; each factor is an array to store.

    `sizes` are those of dimensions, as far as they are known.
    """
    alike: dict[LinearTerm, list[tuple[LinearTerm, Labels, int]]] = {}
    several: list[LinearTerm] = []
    for term in terms:
        parts = _parts(graph, term, sizes)
        if len(parts) == 1:
            ((node, core),) = parts
            alike.setdefault(structure(term, core), []).append((term, core, node))
        else:
            several.append(replace(term, factors=parts, coefficient=Fraction(1)))
    return (*(_added(graph, group) for group in alike.values()), *several)


def _added(graph: Graph, group: Sequence[tuple[LinearTerm, Labels, int]]) -> LinearTerm:
    """One term for several whose deltas are equal."""
    term, core, _ = group[0]
    node = total(graph, [(Fraction(1), each) for _, _, each in group], tuple(map(dim_of, core)))
    return LinearTerm(((node, core),), term.rows, term.columns)


def _parts(
    graph: Graph, term: LinearTerm, sizes: Mapping[str, int]
) -> tuple[tuple[int, Labels], ...]:
    """The arrays that a term stores; the coefficient goes into the first one."""
    known = {label: sizes[dim_of(label)] for label in term.dense.labels() if dim_of(label) in sizes}
    found: list[tuple[int, Labels]] = []
    for group in groups(term):
        if group.is_smaller(known):
            product = Product(Fraction(1), group.factors, group.core)
            found.append((of_product(graph, product), group.core))
        else:
            found += group.factors
    if not found:
        found.append((of_product(graph, Product(Fraction(1), (), ())), ()))
    smallest = min(range(len(found)), key=lambda place: len(found[place][1]))
    node, labels = found[smallest]
    found[smallest] = total(graph, [(term.coefficient, node)], graph.dims(node)), labels
    return tuple(found)
