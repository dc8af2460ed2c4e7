"""`Graph`: an expression as nodes, each of them there once.

A node has the names of its axes as `dims`, and the numbers of its arguments, which come first. A
label in its pattern is the name of a dimension and a number, `n.0`: so it tells its size.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from einsum_grad.plan import UNIT, Labels, Pattern

Dims = tuple[str, ...]
"""The names of axes; 1 is an axis of size 1."""


class Kind(StrEnum):
    """What a leaf is."""

    ARRAY = "array"
    SIZE = "size"
    PI = "pi"
    MARK = "mark"
    """Whatever will be put in its place: a cotangent, a tangent, an argument of a rule."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """An array, the size of a dimension, a constant, or a mark."""

    kind: Kind
    name: str
    dims: Dims
    structure: str = ""
    args: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Einsum:
    """A generalised pattern of nodes: products, sums, transposes, diagonals, repetitions, and 1."""

    pattern: Pattern
    dims: Dims
    args: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum of multiples of nodes that have the same axes."""

    coefficients: tuple[Fraction, ...]
    dims: Dims
    args: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Apply:
    """A function of the entries of nodes that have the same axes."""

    function: str
    dims: Dims
    args: tuple[int, ...]
    exponent: Fraction = Fraction(0)
    """That of the function `power`."""


@dataclass(frozen=True, slots=True)
class Along:
    """A function along axes that are gone afterwards: logsumexp, max, min."""

    function: str
    axes: tuple[int, ...]
    dims: Dims
    args: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class OfMatrix:
    """A function of matrices, which are the last two axes: inv, logdet, det."""

    function: str
    dims: Dims
    args: tuple[int, ...]


Node = Leaf | Einsum | Sum | Apply | Along | OfMatrix


@dataclass(slots=True, eq=False)
class Graph:
    """Nodes in an order in which arguments come first; adding one that is there returns it.

    >>> graph = Graph()
    >>> x = Leaf(Kind.ARRAY, "x", ("n",))
    >>> graph.add(x), graph.add(Leaf(Kind.ARRAY, "x", ("n",))), len(graph.nodes)
    (0, 0, 1)
    """

    nodes: list[Node] = field(default_factory=list)
    rules: dict[object, object] = field(default_factory=dict)
    """What the rules of functions came to, by function and axes."""
    _known: dict[Node, int] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def copy(self) -> Graph:
        """A graph of the same nodes, to which others can be added."""
        return Graph(list(self.nodes), dict(self.rules), dict(self._known), self._numbers)

    def __getitem__(self, number: int) -> Node:
        return self.nodes[number]

    def add(self, node: Node) -> int:
        """The number of a node."""
        if (found := self._known.get(node)) is not None:
            return found
        self.nodes.append(node)
        self._known[node] = len(self.nodes) - 1
        return len(self.nodes) - 1

    def dims(self, number: int) -> Dims:
        """The axes of a node."""
        return self.nodes[number].dims

    def args(self, number: int) -> tuple[int, ...]:
        """The arguments of a node."""
        return self.nodes[number].args

    def fresh(self, dims: Iterable[str]) -> Labels:
        """Labels of these dimensions that stand nowhere else."""
        return tuple(f"{dim}.{next(self._numbers)}" for dim in dims)

    def leaf(self, kind: Kind, name: str, dims: Dims = ()) -> int:
        """The number of a leaf."""
        return self.add(Leaf(kind, name, dims))

    def size(self, dim: str) -> int:
        """The node that is the size of a dimension."""
        return self.leaf(Kind.SIZE, dim)


def dim_of(label: str) -> str:
    """The dimension of a label.

    >>> dim_of("n.3")
    'n'
    """
    return label.partition(".")[0]


def is_unit(label: str) -> bool:
    """Whether a label is of an axis of size 1."""
    return dim_of(label) == UNIT


def reached(graph: Graph, *roots: int) -> list[int]:
    """The roots and all that they are made of, arguments first."""
    seen, todo = set[int](), list(roots)
    while todo:
        number = todo.pop()
        if number not in seen:
            seen.add(number)
            todo += graph.args(number)
    return sorted(seen)


def dependent(graph: Graph, order: Iterable[int], on: Iterable[int]) -> set[int]:
    """The nodes of `order`, arguments first, that are made of one in `on`."""
    found = set(on)
    for number in order:
        if not found.isdisjoint(graph.args(number)):
            found.add(number)
    return found
