"""`LinearTerm`s over the nodes of a graph: composed, simplified, and made nodes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from einsum_grad.calculus.graph.graph import Dims, Graph, dim_of, is_unit
from einsum_grad.calculus.graph.product import (
    Product,
    apart,
    canonical,
    inlined,
    product_of,
    term_of,
    with_powers,
)
from einsum_grad.calculus.graph.rebuild import substituted
from einsum_grad.calculus.graph.sums import of_product, total
from einsum_grad.plan import LinearTerm, made_equal

Terms = tuple[LinearTerm, ...]
"""A linear map, as a sum; the factors are nodes."""


def identity(graph: Graph, dims: Dims) -> Terms:
    """The map that changes nothing."""
    labels = graph.fresh(dims)
    return (LinearTerm((), labels, labels),)


def symmetric_part(graph: Graph, dims: Dims) -> Terms:
    """The map of a matrix to its symmetric part."""
    one, other = graph.fresh(dims)
    half = Fraction(1, 2)
    return (
        LinearTerm((), (one, other), (one, other), half),
        LinearTerm((), (one, other), (other, one), half),
    )


def over(args: Sequence[int], terms: Iterable[LinearTerm]) -> Terms:
    """Terms of a pattern's operands as terms of the nodes `args`."""
    return tuple(
        replace(term, factors=tuple((args[place], labels) for place, labels in term.factors))
        for term in terms
    )


def transposed(terms: Iterable[LinearTerm]) -> Terms:
    """The transposed map."""
    return tuple(term.transposed for term in terms)


def composed(graph: Graph, left: Iterable[LinearTerm], right: Sequence[LinearTerm]) -> Terms:
    """The product of two maps."""
    return tuple(_joined(graph, one, other) for one in left for other in right)


def _joined(graph: Graph, left: LinearTerm, right: LinearTerm) -> LinearTerm:
    """The product of two terms; a sum over a label that nothing has is a factor, its size."""
    one, other = _apart(graph, left), _apart(graph, right)
    names = made_equal(one.columns, other.rows)
    one, other = one.rename(names), other.rename(names)
    factors, axes = (*one.factors, *other.factors), (*one.rows, *other.columns)
    known = {*axes, *(label for _, labels in factors for label in labels)}
    lost = [x for x in dict.fromkeys(one.columns) if x not in known and not is_unit(x)]
    sizes = tuple((graph.size(dim_of(label)), ()) for label in lost)
    coefficient = one.coefficient * other.coefficient
    return LinearTerm((*factors, *sizes), one.rows, other.columns, coefficient)


def _apart(graph: Graph, term: LinearTerm) -> LinearTerm:
    made = apart(graph, Product(term.coefficient, term.factors, (*term.rows, *term.columns)))
    return term_of(made, len(term.rows))


def simplified(graph: Graph, terms: Iterable[LinearTerm]) -> Terms:
    """The same map with factors inlined, and like terms added."""
    found: dict[LinearTerm, Fraction] = {}
    for term in terms:
        product = canonical(graph, with_powers(graph, inlined(graph, product_of(term))))
        like = term_of(replace(product, coefficient=Fraction(1)), len(term.rows))
        found[like] = found.get(like, Fraction(0)) + product.coefficient
    return tuple(replace(term, coefficient=c) for term, c in found.items() if c)


def applied(graph: Graph, terms: Iterable[LinearTerm], vector: int, dims: Dims) -> int:
    """The node of the product of a map with a node; `dims` are those of the rows."""
    parts = [(Fraction(1), of_product(graph, _with(term, vector))) for term in terms]
    return total(graph, parts, dims)


def _with(term: LinearTerm, vector: int) -> Product:
    return Product(term.coefficient, (*term.factors, (vector, term.columns)), term.rows)


def dense(graph: Graph, terms: Iterable[LinearTerm], dims: Dims) -> int:
    """The node of all entries of a map, whose rows and columns have these `dims`."""
    parts = [(Fraction(1), of_product(graph, product_of(term))) for term in terms]
    return total(graph, parts, dims)


def replaced(graph: Graph, terms: Iterable[LinearTerm], by: Mapping[int, int]) -> Terms:
    """The terms with other nodes in the place of those that their factors are made of."""
    made = dict(by)
    return tuple(
        replace(
            term,
            factors=tuple(
                (substituted(graph, number, made), labels) for number, labels in term.factors
            ),
        )
        for term in terms
    )
