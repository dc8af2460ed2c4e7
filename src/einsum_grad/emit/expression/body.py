"""The statements of a module that are made so far, and what its writers ask."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from einsum_grad.calculus.graph.graph import Graph, Kind, dependent, reached
from einsum_grad.emit.expression.naming import Placeholders
from einsum_grad.emit.text.target import Target
from einsum_grad.emit.text.tree import Call, Expression, Statement, call
from einsum_grad.lower import AxisSize
from einsum_grad.plan import UNIT


@dataclass(frozen=True, slots=True)
class Arrays:
    """The arrays of a module: the name of each leaf, and where each size is read.

    `like` is the one whose dtype an array has that is made of numbers alone.
    """

    names: Mapping[str, str]
    sizes: Mapping[str, AxisSize]
    like: str


class Body:
    """The statements that compute nodes of a graph, and the names of their values.

    `uses` says how often the value of a node is read; `numbers` are the nodes that no array is
    needed for.
    """

    def __init__(self, graph: Graph, roots: Sequence[int], arrays: Arrays, target: Target) -> None:
        self.graph, self.arrays, self.target = graph, arrays, target
        self.names = Placeholders()
        self.statements: list[Statement] = []
        self.named: dict[int, str] = {}
        self.order = reached(graph, *roots)
        self.uses = Counter(arg for number in self.order for arg in graph.args(number))
        self.uses.update(roots)
        leaves = [
            x for x in self.order if getattr(graph[x], "kind", None) in (Kind.ARRAY, Kind.MARK)
        ]
        self.numbers = set(self.order) - dependent(graph, self.order, leaves)

    def name(self, number: int) -> str:
        """The name of a node's value."""
        return self.named[number]

    def result(self, number: int) -> Expression:
        """A node that is returned: an array, even where it is made of numbers alone."""
        name = self.named[number]
        is_number = number in self.numbers and not self.graph.dims(number)
        return call("number", name, self.arrays.like) if is_number else name

    def size(self, dim: str) -> Expression:
        """The size of a dimension."""
        if dim == UNIT:
            return 1
        place = self.arrays.sizes[dim]
        return f"{place.operand.name}.shape[{place.axis}]"

    def shape(self, dims: Sequence[str]) -> Expression:
        """The shape of an array of these dimensions."""
        return Call("tuple", tuple(map(self.size, dims)))

    def filled(self, dims: Sequence[str], value: str) -> Expression:
        """An array of these dimensions whose entries are all `value`."""
        return call("full", self.shape(dims), value, self.arrays.like) if dims else value
