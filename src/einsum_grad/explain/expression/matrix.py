"""Nodes to sentences of the language: NumPy's notation, which parses again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from einsum_grad.calculus.graph.graph import Along, Apply, Einsum, Graph, Kind, Leaf, OfMatrix, Sum
from einsum_grad.calculus.graph.product import Part, Product, is_symmetric, power_of
from einsum_grad.calculus.language.rules import COMPARISONS
from einsum_grad.explain.expression.factors import Factor, einsum_text
from einsum_grad.explain.expression.joined import joined
from einsum_grad.explain.expression.names import Names
from einsum_grad.explain.expression.subscripts import axes_text
from einsum_grad.explain.expression.written import Rank, Written, added, call, inside, power, scaled
from einsum_grad.plan import UNIT

ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes the nodes of a graph; those with names by these."""

    graph: Graph
    names: Names

    def sentence(self, number: int) -> str:
        """The node as a sentence, itself not by its name."""
        return str(self._opened(number, ONE, whole=True))

    def of_products(self, products: Sequence[Product], dims: Sequence[str]) -> str:
        """A sum of products that are no nodes, with axes of these dimensions."""
        pieces = [
            self._product(each.coefficient, each.parts, each.output, whole=True)
            for each in products
        ]
        return str(added(pieces) if pieces else zeros(dims))

    def write(self, number: int, coefficient: Fraction = ONE, whole: bool = True) -> Written:
        """A multiple of a node; it has all its axes if `whole`, and else broadcasts to them."""
        if number in self.names:
            named = Written(self.names[number], symmetric=is_symmetric(self.graph, number))
            return scaled(coefficient, [], [], named)
        return self._opened(number, coefficient, whole)

    def _opened(self, number: int, coefficient: Fraction, whole: bool) -> Written:
        node = self.graph[number]
        if isinstance(node, Einsum):
            parts = tuple(zip(node.args, node.pattern.inputs, strict=True))
            return self._product(coefficient, parts, node.pattern.output, whole)
        if isinstance(node, Sum) and len(node.args) == 1:
            return self.write(node.args[0], coefficient * node.coefficients[0], whole)
        if coefficient != 1:
            factor = self._factor(number, ())
            return scaled(coefficient, [], factor.below, *factor.above)
        return _WRITERS[type(node)](self, node, whole)

    def _product(
        self, coefficient: Fraction, parts: Sequence[Part], output: tuple[str, ...], whole: bool
    ) -> Written:
        factors = [self._factor(number, labels) for number, labels in parts]
        numbers = [factor for factor in factors if not factor.labels]
        arrays = [factor for factor in factors if factor.labels]
        above = [piece for factor in numbers for piece in factor.above]
        below = [piece for factor in numbers for piece in factor.below]
        if not arrays and not output:
            return scaled(coefficient, above, below)
        found = joined(arrays, output, whole)
        if found is None:
            return scaled(coefficient, above, below, einsum_text(arrays, output))
        if len(found.above) == 1:
            return scaled(coefficient, above, [*below, *found.below], found.above[0])
        return scaled(coefficient, [*above, *found.above], [*below, *found.below])

    def _factor(self, number: int, labels: tuple[str, ...]) -> Factor:
        base, exponent = power_of(self.graph, number)
        if exponent < 0 and number not in self.names:
            return Factor((), (power(self.write(base), -exponent),), labels)
        return Factor((self.write(number),), (), labels)


def _leaf(writer: Writer, node: Leaf, whole: bool) -> Written:
    symmetric = node.structure == "symmetric"
    return Written("pi" if node.kind is Kind.PI else node.name, symmetric=symmetric)


def _sum(writer: Writer, node: Sum, whole: bool) -> Written:
    graph = writer.graph
    if not node.args and not whole:
        return Written("0")
    if not node.args:
        return zeros(node.dims)
    pairs = list(zip(node.args, node.coefficients, strict=True))
    covering = next((arg for arg in node.args if covers(graph, arg)), node.args[0])
    pieces = [
        writer.write(arg, coefficient, whole=whole and arg == covering)
        for arg, coefficient in pairs
    ]
    return added(pieces)


def zeros(dims: Sequence[str]) -> Written:
    """An array of zeros."""
    shown = f"({', '.join(dims)})" if len(dims) > 1 else "".join(dims)
    return call("zeros", shown) if dims else Written("0")


def covers(graph: Graph, number: int) -> bool:
    """Whether a node has all its axes without being repeated along any."""
    node = graph[number]
    if isinstance(node, Sum):
        return any(covers(graph, arg) for arg in node.args)
    if isinstance(node, Einsum):
        known = {label for term in node.pattern.inputs for label in term}
        return all(label in known or label.startswith(f"{UNIT}.") for label in node.pattern.output)
    return True


def _apply(writer: Writer, node: Apply, whole: bool) -> Written:
    if node.function == "power":
        return power(writer.write(node.args[0], whole=whole), node.exponent)
    covering = next((arg for arg in node.args if covers(writer.graph, arg)), node.args[0])
    args = [writer.write(arg, whole=whole and arg == covering) for arg in node.args]
    if node.function in _OPERATORS:
        sign, rank = _OPERATORS[node.function]
        left, right = (inside(arg, Rank(rank + 1)) for arg in args)
        return Written(f"{left}{sign}{right}", Rank(rank))
    return call(node.function, *args)


def _along(writer: Writer, node: Along, whole: bool) -> Written:
    arg = writer.write(node.args[0])
    if len(node.axes) == len(writer.graph.dims(node.args[0])):
        return call(node.function, arg)
    return call(node.function, arg, f"axis={axes_text(node.axes)}")


def _of_matrix(writer: Writer, node: OfMatrix, whole: bool) -> Written:
    symmetric = is_symmetric(writer.graph, node.args[0])
    found = call(node.function, writer.write(node.args[0]))
    return Written(found.text, symmetric=symmetric)


_OPERATORS: Mapping[str, tuple[str, Rank]] = {
    "pow": ("**", Rank.POWER),
    **{name: (f" {sign} ", Rank.SUM) for name, sign in COMPARISONS.items()},
}

_WRITERS: Mapping[type, Callable[..., Written]] = {
    Leaf: _leaf,
    Sum: _sum,
    Apply: _apply,
    Along: _along,
    OfMatrix: _of_matrix,
}
