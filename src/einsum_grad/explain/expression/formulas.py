"""A `Derivation` as formulas: each derivative in index notation and in NumPy's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from einsum_grad.calculus.derivatives.terms import Terms
from einsum_grad.calculus.derive import Derivation
from einsum_grad.calculus.graph.graph import Kind, Leaf
from einsum_grad.calculus.graph.product import product_of
from einsum_grad.explain.expression.indexed import Indexer
from einsum_grad.explain.expression.matrix import Writer
from einsum_grad.explain.expression.names import named
from einsum_grad.explain.expression.symbols import LATEX, UNICODE, Indices, Symbols

VALUE = "f"


@dataclass(frozen=True, slots=True)
class Definition:
    """What a name stands for."""

    name: str
    left: str
    formula: str
    numpy: str

    def __str__(self) -> str:
        return f"{self.left} = {self.formula}"


@dataclass(frozen=True, slots=True)
class Formula:
    """An equation for the entries of the value or of a derivative, and the same for whole arrays.

    `needs` are the names in it that have definitions, those that others need first.
    """

    left: str
    formula: str
    numpy: str
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Formulas:
    """The value, the gradients, the Hessians, and what the names in them stand for."""

    value: Formula
    gradients: tuple[Formula, ...]
    hessians: tuple[tuple[Formula, ...], ...]
    definitions: tuple[Definition, ...]

    def sentence(self, formula: Formula) -> str:
        """The formula in NumPy's notation after the lines that it needs: a sentence."""
        lines = [f"{x.name} = {x.numpy}" for x in self.definitions if x.name in formula.needs]
        return "\n".join([*lines, formula.numpy])

    def to_dict(self) -> dict[str, Any]:
        """The formulas as plain data."""
        return {
            "value": _plain(self.value),
            "gradients": list(map(_plain, self.gradients)),
            "hessians": [list(map(_plain, row)) for row in self.hessians],
            "definitions": [
                {"name": x.name, "left": x.left, "formula": x.formula, "numpy": x.numpy}
                for x in self.definitions
            ],
        }


def _plain(formula: Formula) -> dict[str, Any]:
    return {
        "left": formula.left,
        "formula": formula.formula,
        "numpy": formula.numpy,
        "needs": list(formula.needs),
    }


def formulas(derivation: Derivation, order: int = 2, latex: bool = False) -> Formulas:
    """The formulas of a derivation, of the second order too unless `order` is 1.

    >>> from einsum_grad.calculus.derive import derivation
    >>> found = formulas(derivation("r = A @ x - b; r @ r", "A: m n, x: n, b: m", "x"))
    >>> found.gradients[0].left, found.gradients[0].numpy
    ('df/dx[n]', '2 * A.T @ r')
    """
    found = derivation
    factors = [term.factors for row in found.hessians for each in row for term in each]
    several = {number for each in factors if len(each) > 1 for number, _ in each}
    roots = [found.value, *found.gradients, *(number for each in factors for number, _ in each)]
    if order == 1:
        roots, several = [found.value, *found.gradients], set()
    names = named(found.graph, roots, several, _taken(found))
    sizes = _sizes(found, names.values())
    writing = _Writing(found, names, sizes, LATEX if latex else UNICODE)
    definitions = (
        *(Definition(name, name, f"the size of {dim}", dim) for dim, name in sizes.items()),
        *(writing.definition(number) for number in names),
    )
    value = writing.node((), found.value)
    gradients = tuple(
        writing.node((name,), number)
        for name, number in zip(found.wrt, found.gradients, strict=True)
    )
    hessians = tuple(
        tuple(
            writing.terms((one, other), terms) for other, terms in zip(found.wrt, row, strict=True)
        )
        for one, row in zip(found.wrt, found.hessians, strict=True)
    )
    return Formulas(value, gradients, hessians if order > 1 else (), definitions)


def _sizes(derivation: Derivation, names: Iterable[str]) -> dict[str, str]:
    """What the sizes of dimensions are called: n is an index, so its size is N."""
    taken, found = {*_taken(derivation), *names}, dict[str, str]()
    for dim in (
        node.name
        for node in derivation.graph.nodes
        if isinstance(node, Leaf) and node.kind is Kind.SIZE
    ):
        choices = (dim.capitalize(), dim.upper(), *(f"{dim}{number}" for number in range(1, 99)))
        if dim not in found:
            found[dim] = next(name for name in choices if name not in taken)
            taken.add(found[dim])
    return found


def _taken(derivation: Derivation) -> set[str]:
    """What nothing else may be called."""
    declared = derivation.declarations
    return {VALUE, "pi", *(x.name for x in declared), *(axis for x in declared for axis in x.axes)}


@dataclass(frozen=True, slots=True)
class _Writing:
    """One derivation, in two notations, with the same names in both."""

    derivation: Derivation
    names: Mapping[int, str]
    sizes: Mapping[str, str]
    symbols: Symbols

    def definition(self, number: int) -> Definition:
        """What the name of a node stands for."""
        indexer = self.indexer(self.symbols)
        name = self.names[number]
        indices = indexer.indices(self.derivation.graph.dims(number))
        left = self.symbols.entry(name, indices)
        return Definition(name, left, indexer.node(number, indices), self.writer.sentence(number))

    def node(self, by: Sequence[str], number: int) -> Formula:
        """The formula of the value, or of its derivative by variables."""
        text = self.writer.sentence(number)
        return self._formula(by, text, lambda indexer, indices: indexer.node(number, indices))

    def terms(self, by: Sequence[str], terms: Terms) -> Formula:
        """The formula of a derivative that is a sum of terms."""
        products = [product_of(term) for term in terms]
        dims = [dim for name in by for dim in self.derivation.axes(name)]
        text = self.writer.of_products(products, (*self.derivation.dims, *dims))
        return self._formula(by, text, lambda indexer, indices: indexer.products(products, indices))

    def _formula(
        self, by: Sequence[str], text: str, write: Callable[[Indexer, Indices], str]
    ) -> Formula:
        found = self.derivation
        indexer = self.indexer(self.symbols)
        variables = [found.axes(name) for name in by]
        indices = indexer.indices([*found.dims, *(dim for dims in variables for dim in dims)])
        left, start = self.symbols.entry(VALUE, indices[: len(found.dims)]), len(found.dims)
        entries = list[str]()
        for name, dims in zip(by, variables, strict=True):
            entries.append(self.symbols.entry(name, indices[start : start + len(dims)]))
            start += len(dims)
        if by:
            left = self.symbols.derivative(len(by), left, entries)
        plain = write(self.indexer(UNICODE), indices)
        return Formula(left, write(indexer, indices), text, self._needs(f"{text} {plain}"))

    def _needs(self, text: str) -> tuple[str, ...]:
        """The names in a text, and those in what they stand for."""
        numbers = {name: number for number, name in self.names.items()}
        needed, todo, read = set[str](), [text], list[str]()
        while todo:
            read.append(todo.pop())
            for name in set(_WORD.findall(read[-1])) & numbers.keys() - needed:
                needed.add(name)
                indexer = self.indexer(UNICODE)
                indices = indexer.indices(self.derivation.graph.dims(numbers[name]))
                todo.append(self.writer.sentence(numbers[name]))
                todo.append(indexer.node(numbers[name], indices))
        whole = {word for each in read for word in _WORD.findall(each)}
        sizes = (name for name in self.sizes.values() if name in whole)
        return (*sizes, *(name for name in numbers if name in needed))

    @property
    def writer(self) -> Writer:
        return Writer(self.derivation.graph, self.names)

    def indexer(self, symbols: Symbols) -> Indexer:
        """Writes index notation in these symbols; no index is called as an array is."""
        arrays = {each.name for each in self.derivation.declarations}
        taken = frozenset({VALUE, *arrays, *self.names.values(), *self.sizes.values()})
        return Indexer(self.derivation.graph, self.names, symbols, taken, self.sizes)


_WORD = re.compile(r"[^\W\d]\w*")
