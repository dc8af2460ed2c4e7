"""Nodes to index notation: entries, sums over indices, and functions of entries."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from einsum_grad.calculus.graph.graph import (
    Along,
    Apply,
    Einsum,
    Graph,
    Kind,
    Leaf,
    OfMatrix,
    Sum,
    is_unit,
)
from einsum_grad.calculus.graph.product import Part, Product, power_of
from einsum_grad.calculus.language.rules import COMPARISONS
from einsum_grad.explain.expression.matrix import Writer
from einsum_grad.explain.expression.names import Names
from einsum_grad.explain.expression.pieces import Piece, Scope, added
from einsum_grad.explain.expression.symbols import Indices, Symbols
from einsum_grad.plan import Labels, distinct

ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class Indexer:
    """Writes the entries of nodes; those with names by these."""

    graph: Graph
    names: Names
    symbols: Symbols
    arrays: frozenset[str]
    """What no index may be called."""
    sizes: Mapping[str, str]
    """What sizes of dimensions are called, as indices have their names."""

    def indices(self, dims: Sequence[str]) -> tuple[str, ...]:
        """Names of the indices of an array with these axes, for the left side of an equation."""
        labels = tuple(f"{dim}.{place}" for place, dim in enumerate(dims))
        found, _ = Scope(self.arrays).named(labels)
        return tuple(found[label] for label in labels)

    def node(self, number: int, indices: Indices) -> str:
        """The entry of a node, itself not by its name."""
        return str(self._opened(number, indices, self._scope(indices)))

    def products(self, products: Sequence[Product], indices: Indices) -> str:
        """The entry of a sum of products, whose outputs have these indices."""
        scope = self._scope(indices)
        pieces = [
            self.product(each.coefficient, each.parts, each.output, indices, scope)
            for each in products
        ]
        return str(added(pieces)) if pieces else "0"

    def _scope(self, indices: Indices) -> Scope:
        return Scope(self.arrays | frozenset(indices))

    def entry(self, number: int, indices: Indices, scope: Scope) -> Piece:
        """The entry of a node at indices."""
        if number in self.names:
            return Piece(self.symbols.entry(self.names[number], indices))
        return self._opened(number, indices, scope)

    def _opened(self, number: int, indices: Indices, scope: Scope) -> Piece:
        node = self.graph[number]
        return _WRITERS[type(node)](self, node, indices, scope)

    def product(
        self,
        coefficient: Fraction,
        parts: Sequence[Part],
        output: Labels,
        indices: Indices,
        scope: Scope,
    ) -> Piece:
        """The entry of a multiple of a product."""
        names, deltas = _outer_names(output, indices, self.symbols)
        inner = distinct(label for _, labels in parts for label in labels if label not in names)
        more, scope = scope.named(inner)
        names |= more
        sums = [more[label] for label in inner if not is_unit(label)]
        alone = not sums and _is_one(coefficient, len(parts) + len(deltas))
        above, below, negative = list(deltas), list[str](), coefficient < 0
        for number, labels in parts:
            index = tuple(names[label] for label in labels)
            if (divisor := self._divisor(number, index, scope)) is not None:
                below.append(divisor)
                continue
            piece = self.entry(number, index, scope)
            grouped = piece.is_sum and not alone
            negative ^= piece.negative and not grouped
            above.append(self.symbols.group(str(piece)) if grouped else piece.text)
        text = self._ratio(abs(coefficient), sums, above, below)
        return Piece(text, bool(sums), not alone or bool(below), negative)

    def _ratio(
        self, size: Fraction, sums: Sequence[str], above: list[str], below: list[str]
    ) -> str:
        """A number times a sum of products, over other products."""
        if not above and below and size.denominator > 1:
            below, size = [str(size.denominator), *below], Fraction(size.numerator)
        numbers = [self.symbols.number(size)] if size != 1 or not (above or below) else []
        head = [*numbers, ""] if sums and above else []
        times = self.symbols.times
        text = times.join(above if head else [*numbers, *above]) or "1"
        if below:
            text = self.symbols.over(text, times.join(below), len(below) > 1)
        return times.join(head) + self.symbols.total(sums) + text

    def _divisor(self, number: int, indices: Indices, scope: Scope) -> str | None:
        """What a factor with a negative exponent divides by."""
        base, exponent = power_of(self.graph, number)
        if exponent >= 0 or number in self.names:
            return None
        return self.raised(base, indices, scope, -exponent)

    def raised(self, base: int, indices: Indices, scope: Scope, exponent: Fraction) -> str:
        """A constant power of an entry."""
        text = self.base(base, indices, scope)
        return text if exponent == 1 else self.symbols.power(text, exponent)

    def base(self, number: int, indices: Indices, scope: Scope) -> str:
        """The entry of a node that is raised to a power."""
        piece, node = self.entry(number, indices, scope), self.graph[number]
        named = number in self.names
        is_power = not named and isinstance(node, Apply) and node.function in ("power", "pow")
        if piece.is_sum or piece.is_product or piece.negative or is_power:
            return self.symbols.group(str(piece))
        return piece.text


def _is_one(coefficient: Fraction, factors: int) -> bool:
    """Whether so many factors and their coefficient are one piece: a factor, or a whole number."""
    return coefficient.denominator == 1 if not factors else factors == 1 == abs(coefficient)


def _outer_names(
    output: Labels, indices: Indices, symbols: Symbols
) -> tuple[dict[str, str], list[str]]:
    """The index of each label of an output, and a delta for each that stands there again."""
    names, deltas = dict[str, str](), list[str]()
    for label, index in zip(output, indices, strict=True):
        if label in names and not is_unit(label):
            deltas.append(symbols.delta(names[label], index))
        names.setdefault(label, index)
    return names, deltas


def _leaf(indexer: Indexer, node: Leaf, indices: Indices, scope: Scope) -> Piece:
    if node.kind is Kind.PI:
        return Piece(indexer.symbols.pi)
    if node.kind is Kind.SIZE:
        return Piece(indexer.symbols.entry(indexer.sizes[node.name], ()))
    return Piece(indexer.symbols.entry(node.name, indices))


def _einsum(indexer: Indexer, node: Einsum, indices: Indices, scope: Scope) -> Piece:
    parts = tuple(zip(node.args, node.pattern.inputs, strict=True))
    return indexer.product(ONE, parts, node.pattern.output, indices, scope)


def _sum(indexer: Indexer, node: Sum, indices: Indices, scope: Scope) -> Piece:
    pieces = []
    for arg, coefficient in zip(node.args, node.coefficients, strict=True):
        found = indexer.graph[arg]
        parts: tuple[Part, ...]
        if isinstance(found, Einsum) and arg not in indexer.names:
            parts = tuple(zip(found.args, found.pattern.inputs, strict=True))
            output = found.pattern.output
        else:
            output = tuple(f"{dim}.{place}" for place, dim in enumerate(node.dims))
            parts = ((arg, output),)
        pieces.append(indexer.product(coefficient, parts, output, indices, scope))
    return added(pieces) if pieces else Piece("0")


def _apply(indexer: Indexer, node: Apply, indices: Indices, scope: Scope) -> Piece:
    symbols = indexer.symbols
    if node.function == "power":
        text = indexer.raised(node.args[0], indices, scope, abs(node.exponent))
        if node.exponent > 0:
            return Piece(text)
        return Piece(symbols.over("1", text, False), is_product=True)
    args = [indexer.entry(arg, indices, scope) for arg in node.args]
    if node.function == "pow":
        base = indexer.base(node.args[0], indices, scope)
        return Piece(symbols.raised(base, str(args[1])))
    if node.function in COMPARISONS:
        one, other = map(str, args)
        return Piece(symbols.compare(COMPARISONS[node.function], one, other), is_sum=True)
    return Piece(symbols.call(node.function, [str(arg) for arg in args]))


def _along(indexer: Indexer, node: Along, indices: Indices, scope: Scope) -> Piece:
    (arg,) = node.args
    dims = indexer.graph.dims(arg)
    inner = tuple(f"{dims[axis]}.{axis}" for axis in node.axes)
    names, within = scope.named(inner)
    left, gone = iter(indices), iter(inner)
    every = [names[next(gone)] if axis in node.axes else next(left) for axis in range(len(dims))]
    over = [names[label] for label in inner]
    piece = indexer.entry(arg, every, within)
    return Piece(indexer.symbols.along(node.function, over, str(piece)))


def _of_matrix(indexer: Indexer, node: OfMatrix, indices: Indices, scope: Scope) -> Piece:
    (arg,) = node.args
    writer = Writer(indexer.graph, indexer.names)
    name = indexer.symbols.call(node.function, [indexer.symbols.matrix(str(writer.write(arg)))])
    return Piece(indexer.symbols.entry(name, indices) if indices else name)


_WRITERS: Mapping[type, Callable[..., Piece]] = {
    Leaf: _leaf,
    Einsum: _einsum,
    Sum: _sum,
    Apply: _apply,
    Along: _along,
    OfMatrix: _of_matrix,
}
