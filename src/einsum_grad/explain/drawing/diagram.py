"""`Pattern` to `Diagram`: arrays are nodes, labels are edges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from einsum_grad.plan import UNIT, Labels, Names, Pattern, distinct
from einsum_grad.plan.derive.reasons import listed


class Role(StrEnum):
    """What an array is in the pattern that is drawn."""

    OPERAND = "operand"
    COTANGENT = "cotangent"
    RESULT = "result"


@dataclass(frozen=True, slots=True)
class Array:
    """A node."""

    name: str
    labels: Labels
    role: Role


@dataclass(frozen=True, slots=True)
class Edge:
    """A label, and the numbers of the nodes that have it: one twice for a diagonal."""

    label: str
    ends: tuple[int, ...]
    repeats: bool
    """Whether the result alone has it, which is then repeated along it."""

    @property
    def nodes(self) -> tuple[int, ...]:
        """The nodes that have it, each once."""
        return tuple(sorted(set(self.ends)))


@dataclass(frozen=True, slots=True)
class Diagram:
    """The arrays of a pattern, of which one is the result, and the labels that join them.

    The forward and a gradient have the same arrays in the same order: in a gradient the cotangent
    stands where the output was, and the result where the operand was.
    """

    arrays: tuple[Array, ...]
    edges: tuple[Edge, ...]
    pattern: str

    def described(self) -> Iterator[str]:
        """Sentences for who can't see the drawing."""
        for array in self.arrays:
            axes = " ".join(array.labels)
            what = f"the {array.role} {array.name}"
            yield f"{what} has the axes {axes}" if axes else f"{what} has no axes"
        for edge in self.edges:
            names = listed([self.arrays[node].name for node in edge.nodes], "and")
            yield f"{edge.label} {_done(self, edge)} {names}"


def _done(diagram: Diagram, edge: Edge) -> str:
    if edge.repeats:
        return "is in no operand, and repeats"
    if len(edge.nodes) > 1:
        return "joins"
    return "is an axis of"


def diagram(pattern: Pattern, names: Names, text: str, wrt: int | None = None) -> Diagram:
    """The network of `pattern`, or of its gradient by the operand `wrt`.

    >>> product = Pattern((("b", "i", "j"), ("j", "k")), ("i", "k"))
    >>> gradient = diagram(product, Names(("X", "W")), "ik,jk->bij", 0)
    >>> [array.name for array in gradient.arrays], gradient.edges[0]
    (['dX', 'W', 'dZ'], Edge(label='b', ends=(0,), repeats=True))
    """
    terms = (*pattern.inputs, pattern.output)
    result = len(terms) - 1 if wrt is None else wrt
    called = [*names.operands, names.output if wrt is None else names.cotangent]
    if wrt is not None:
        called[wrt] = f"d{called[wrt]}"
    roles = [Role.OPERAND] * len(terms)
    if wrt is not None:
        roles[-1] = Role.COTANGENT
    roles[result] = Role.RESULT
    kept = [tuple(label for label in term if label != UNIT) for term in terms]
    ends = {label: _ends(label, kept) for label in distinct(x for term in kept for x in term)}
    return Diagram(
        tuple(map(Array, called, kept, roles)),
        tuple(Edge(label, at, set(at) == {result}) for label, at in ends.items()),
        text,
    )


def _ends(label: str, terms: list[Labels]) -> tuple[int, ...]:
    return tuple(node for node, term in enumerate(terms) for _ in range(Counter(term)[label]))
