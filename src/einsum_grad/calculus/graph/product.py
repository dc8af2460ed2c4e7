"""Products of nodes and deltas: inlined, and in a canonical form.

A product is an `Einsum` to be, or a `LinearTerm` with its rows and columns as one output.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from einsum_grad.calculus.graph.graph import Apply, Einsum, Graph, Kind, Leaf, Sum, dim_of, is_unit
from einsum_grad.plan import Labels, LinearTerm, Pattern, made_equal

Part = tuple[int, Labels]
"""A node, and the labels of its axes."""


@dataclass(frozen=True, slots=True)
class Product:
    """A number times nodes, summed over the labels that the output lacks."""

    coefficient: Fraction
    parts: tuple[Part, ...]
    output: Labels

    def rename(self, names: Mapping[str, str]) -> Product:
        """The product with labels renamed; those missing from `names` stay."""
        parts = tuple((node, renamed(labels, names)) for node, labels in self.parts)
        return Product(self.coefficient, parts, renamed(self.output, names))

    def labels(self) -> dict[str, None]:
        """Every label, in order of appearance, the output's first."""
        every = dict.fromkeys(self.output)
        for _, labels in self.parts:
            every.update(dict.fromkeys(labels))
        return every


def renamed(labels: Labels, names: Mapping[str, str]) -> Labels:
    """`labels` renamed; those missing from `names` stay."""
    return tuple(names.get(label, label) for label in labels)


def product_of(term: LinearTerm) -> Product:
    """A term as a product."""
    return Product(term.coefficient, term.factors, term.axes)


def term_of(product: Product, rows: int) -> LinearTerm:
    """The product as a term whose rows are so many of its axes."""
    output = product.output
    return LinearTerm(product.parts, output[:rows], output[rows:], product.coefficient)


def sums_nothing(node: Einsum) -> bool:
    """Whether an einsum is a product of entries, with its axes rearranged."""
    return not node.pattern.contracted()


def apart(graph: Graph, product: Product) -> Product:
    """The product with labels that stand nowhere else."""
    labels = list(product.labels())
    return product.rename(dict(zip(labels, graph.fresh(map(dim_of, labels)), strict=True)))


def inlined(graph: Graph, product: Product) -> Product:
    """The product without parts that are numbers, repetitions, transposes or products."""
    todo, done = list(reversed(product.parts)), list[Part]()
    coefficient, output = product.coefficient, product.output
    while todo:
        number, labels = todo.pop()
        node = graph[number]
        if isinstance(node, Sum) and len(node.args) < 2:
            coefficient *= sum(node.coefficients)
            todo += [(arg, labels) for arg in node.args]
            continue
        if not isinstance(node, Einsum) or not _opens(node, labels, output, (*todo, *done)):
            done.append((number, labels))
            continue
        inner = apart(graph, Product(coefficient, _parts(node), node.pattern.output))
        names = made_equal(labels, inner.output)
        opened = inner.rename(names)
        rest = Product(coefficient, (*done, *todo), output).rename(names)
        output = rest.output
        done, todo = list(rest.parts[: len(done)]), list(rest.parts[len(done) :])
        left = Product(coefficient, (*rest.parts, *opened.parts), output).labels()
        lost = dict.fromkeys(x for x in renamed(labels, names) if x not in left)
        todo += [*reversed(opened.parts), *_sizes(graph, lost)]
    return Product(coefficient, tuple(done), output)


def _opens(node: Einsum, labels: Labels, output: Labels, others: Sequence[Part]) -> bool:
    """Whether an einsum is taken apart in a product: it sums nothing, or is summed and no more."""
    if sums_nothing(node):
        return True
    return not any(own for _, own in others) and not set(output).issuperset(labels)


def _parts(node: Einsum) -> tuple[Part, ...]:
    return tuple(zip(node.args, node.pattern.inputs, strict=True))


def _sizes(graph: Graph, labels: Iterable[str]) -> list[Part]:
    """The factors of sums over labels that nothing has."""
    return [(graph.size(dim_of(label)), ()) for label in labels if not is_unit(label)]


def with_powers(graph: Graph, product: Product) -> Product:
    """The product with one power for several of the same node at the same labels.

    Powers that cancel stay, as x / x has no value at 0; not so those of sizes.
    """
    groups: dict[Part, list[Fraction]] = {}
    for number, labels in product.parts:
        base, exponent = power_of(graph, number)
        groups.setdefault((base, labels), []).append(exponent)
    parts = list[Part]()
    for (base, labels), exponents in groups.items():
        merged = _merged(graph, base, exponents)
        parts += [(powered(graph, base, each), labels) for each in merged if each]
    return Product(product.coefficient, tuple(parts), product.output)


def power_of(graph: Graph, number: int) -> tuple[int, Fraction]:
    """A node as a power of another."""
    node = graph[number]
    if isinstance(node, Apply) and node.function == "power":
        return node.args[0], node.exponent
    return number, Fraction(1)


def powered(graph: Graph, base: int, exponent: Fraction) -> int:
    """The power of a node that is neither a number nor a power."""
    if exponent == 1:
        return base
    return graph.add(Apply("power", graph.dims(base), (base,), exponent))


def _merged(graph: Graph, base: int, exponents: Sequence[Fraction]) -> list[Fraction]:
    above = sum((each for each in exponents if each > 0), Fraction(0))
    below = sum((each for each in exponents if each < 0), Fraction(0))
    node = graph[base]
    is_size = isinstance(node, Leaf) and node.kind is Kind.SIZE
    return [above + below] if is_size or above + below < 0 else [above, below]


def canonical(graph: Graph, product: Product) -> Product:
    """The product with its parts in order and its labels numbered by dimension.

    Equal products have equal canonical forms, but for rare ones of the same node several times.
    """
    place = {label: at for at, label in reversed(list(enumerate(product.output)))}
    last = len(place)
    uses: dict[str, int] = {}
    for _, labels in product.parts:
        for label in labels:
            uses[label] = uses.get(label, 0) + 1

    def key(part: Part) -> tuple[int, int, list[tuple[int, int]]]:
        return (
            power_of(graph, part[0])[0],
            part[0],
            [(place.get(label, last), -uses[label]) for label in part[1]],
        )

    parts = sorted((_ordered(graph, part, place) for part in product.parts), key=key)
    names: dict[str, str] = {}
    for label in Product(product.coefficient, tuple(parts), product.output).labels():
        names[label] = f"{dim_of(label)}.{len(names)}"
    return Product(product.coefficient, tuple(parts), product.output).rename(names)


def _ordered(graph: Graph, part: Part, place: Mapping[str, int]) -> Part:
    """A part with the axes of a symmetric matrix in the order of the output."""
    number, labels = part
    if len(labels) == 2 and is_symmetric(graph, number):
        one, other = labels
        if place.get(other, len(place)) < place.get(one, len(place)):
            return number, (other, one)
    return part


def is_symmetric(graph: Graph, number: int) -> bool:
    """Whether a matrix equals its transpose, as far as that is declared."""
    node = graph[number]
    if isinstance(node, Leaf):
        return node.structure == "symmetric"
    if isinstance(node, Einsum) or not node.args or len(set(node.dims)) != 1:
        return False
    return all(is_symmetric(graph, arg) for arg in node.args) and len(node.dims) == 2


def pattern_of(product: Product) -> Pattern:
    """The pattern of a product."""
    return Pattern(tuple(labels for _, labels in product.parts), product.output)
