"""Sums and products of nodes, each in the simplest form that needs no knowledge of functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TypeGuard

from einsum_grad.calculus.graph.graph import Dims, Einsum, Graph, Node, Sum, dim_of
from einsum_grad.calculus.graph.product import (
    Part,
    Product,
    canonical,
    inlined,
    is_symmetric,
    pattern_of,
    with_powers,
)
from einsum_grad.plan import Labels, Pattern, normal_form

ONE = Fraction(1)


Terms = Iterable[tuple[Fraction, int]]
"""Nodes with the same axes, each with its coefficient."""


def einsum(graph: Graph, parts: Iterable[Part], output: Labels, coefficient: Fraction = ONE) -> int:
    """The node of a number times a product of nodes."""
    return of_product(graph, Product(coefficient, tuple(parts), output))


def of_product(graph: Graph, product: Product) -> int:
    """The node of a product."""
    product = with_powers(graph, inlined(graph, product))
    dims = tuple(map(dim_of, product.output))
    if product.coefficient == 0:
        return zero(graph, dims)
    parts = product.parts
    if len(parts) == 1 and _is_plain(graph, parts[0], product.output):
        return total(graph, [(product.coefficient, parts[0][0])], dims)
    if len(parts) == 1 and (moved := _transposed_sum(graph, parts[0], product)) is not None:
        return moved
    pattern = pattern_of(product)
    inner = normal_form(pattern).reduced.output
    if pattern.contracted() and inner != product.output:
        summed = of_product(graph, replace(product, output=inner))
        return einsum(graph, [(summed, inner)], product.output)
    made = canonical(graph, product)
    node = Einsum(pattern_of(made), dims, tuple(number for number, _ in made.parts))
    return total(graph, [(product.coefficient, graph.add(node))], dims)


def _transposed_sum(graph: Graph, part: Part, product: Product) -> int | None:
    """A sum that is transposed, as the sum of its transposed terms."""
    number, labels = part
    terms, output = terms_of(graph, number), product.output
    if len(terms) < 2 or len(set(labels)) < len(labels) or sorted(labels) != sorted(output):
        return None
    moved = [(c * product.coefficient, einsum(graph, [(x, labels)], output)) for c, x in terms]
    return total(graph, moved, tuple(map(dim_of, output)))


def _is_plain(graph: Graph, part: Part, output: Labels) -> bool:
    """Whether a product of one part is that part."""
    number, labels = part
    if len(set(labels)) < len(labels):
        return False
    return labels == output or (labels == output[::-1] and is_symmetric(graph, number))


def number(graph: Graph, value: Fraction | int, dims: Dims = ()) -> int:
    """An array whose entries are all `value`."""
    return einsum(graph, (), graph.fresh(dims), Fraction(value))


def zero(graph: Graph, dims: Dims) -> int:
    """The array of zeros."""
    return graph.add(Sum((), dims, ()))


def is_zero(graph: Graph, node: int) -> bool:
    """Whether a node is known to be zero."""
    return isinstance(found := graph[node], Sum) and not found.args


def total(graph: Graph, terms: Terms, dims: Dims) -> int:
    """The sum of multiples of nodes, like ones added; a multiple of a sum stays one."""
    found = _collected(pair for c, term in terms for pair in _scaled(graph, c, term))
    if len(found) > 1:
        every = ((c, term) for term, c in found.items())
        found = _collected(pair for c, term in every for pair in _expanded(graph, c, term))
    kept = sorted(found.items())
    if len(kept) == 1 and kept[0][1] == 1:
        return kept[0][0]
    if (pattern := _shared_pattern(graph, [arg for arg, _ in kept])) is not None:
        (given,) = pattern.inputs
        inside = tuple(map(dim_of, given))
        inner = [(c, _inner(graph, arg, inside)) for arg, c in kept]
        return einsum(graph, [(total(graph, inner, inside), given)], pattern.output)
    coefficients = tuple(coefficient for _, coefficient in kept)
    return graph.add(Sum(coefficients, dims, tuple(arg for arg, _ in kept)))


def _collected(terms: Terms) -> dict[int, Fraction]:
    """The coefficient of each node."""
    found: dict[int, Fraction] = {}
    for coefficient, number in terms:
        found[number] = found.get(number, Fraction(0)) + coefficient
    return {number: coefficient for number, coefficient in found.items() if coefficient}


def _scaled(graph: Graph, coefficient: Fraction, number: int) -> Terms:
    """A multiple of a node, which itself is no multiple; nothing if it is zero."""
    node = graph[number]
    if not isinstance(node, Sum) or len(node.args) > 1:
        return [(coefficient, number)]
    return [(coefficient * c, arg) for c, arg in zip(node.coefficients, node.args, strict=True)]


def _expanded(graph: Graph, coefficient: Fraction, number: int) -> Terms:
    """A multiple of a sum as multiples of its terms."""
    return [(coefficient * c, term) for c, term in terms_of(graph, number)]


def terms_of(graph: Graph, number: int) -> list[tuple[Fraction, int]]:
    """A node as a sum: its terms, or itself."""
    node = graph[number]
    if isinstance(node, Sum):
        return list(zip(node.coefficients, node.args, strict=True))
    return [(ONE, number)]


def _shared_pattern(graph: Graph, terms: Sequence[int]) -> Pattern | None:
    """The repetition that all of several terms are, but for numbers."""
    others = [term for term in terms if value_of(graph, term) is None]
    patterns = {getattr(rearranged(graph, term), "pattern", None) for term in others}
    if len(terms) < 2 or len(patterns) != 1 or (found := patterns.pop()) is None:
        return None
    return found if len(found.output) > len(found.inputs[0]) else None


def _inner(graph: Graph, term: int, dims: Dims) -> int:
    """What a term of a shared pattern rearranges."""
    args = graph.args(term)
    return args[0] if args else number(graph, 1, dims)


def rearranged(graph: Graph, number: int) -> Einsum | None:
    """The node, if it is another one transposed or repeated."""
    node = graph[number]
    if not isinstance(node, Einsum) or len(node.args) != 1:
        return None
    (given,), output = node.pattern.inputs, node.pattern.output
    plain = len(set(given)) == len(given) and len(set(output)) == len(output)
    return node if plain and set(output).issuperset(given) else None


def is_ones(node: Node) -> TypeGuard[Einsum]:
    """Whether all entries are 1, by the node's form."""
    if not isinstance(node, Einsum) or node.args:
        return False
    return len(set(node.pattern.output)) == len(node.pattern.output)


def value_of(graph: Graph, number: int) -> Fraction | None:
    """The number that all entries of a node are, if it is known."""
    found = Fraction(0)
    for coefficient, arg in terms_of(graph, number):
        node = graph[arg]
        if not is_ones(node):
            return None
        found += coefficient
    return found


def spread(graph: Graph, arg: int, given: Labels, output: Labels) -> int:
    """A node whose axes are `given`, repeated along the labels of `output` that it lacks."""
    return einsum(graph, [(arg, given)], output)
