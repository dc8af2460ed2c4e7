"""Which nodes have a line and a name of their own, and what they are called."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from einsum_grad.calculus.graph.graph import (
    Along,
    Apply,
    Einsum,
    Graph,
    Leaf,
    Node,
    OfMatrix,
    Sum,
    reached,
)
from einsum_grad.calculus.language.rules import COMPARISONS

Names = Mapping[int, str]
"""What nodes are called that have a line of their own."""


def named(
    graph: Graph, roots: Sequence[int], multiplied: Collection[int], taken: Collection[str]
) -> dict[int, str]:
    """A name for each node that is better read once: none that is in `taken`.

    `multiplied` are roots that stand in products.
    """
    users: defaultdict[int, list[int]] = defaultdict(list)
    order = reached(graph, *roots)
    for number in order:
        for arg in dict.fromkeys(graph.args(number)):
            users[arg].append(number)
    found, used = dict[int, str](), set(taken)
    for number in order:
        if _is_named(graph, number, users[number], number in multiplied):
            found[number] = next(name for name in _names(graph[number]) if name not in used)
            used.add(found[number])
    return found


def _is_named(graph: Graph, number: int, users: Sequence[int], multiplied: bool) -> bool:
    node = graph[number]
    if isinstance(node, Leaf) or not node.args or not (users or multiplied):
        return False
    several = len(users) + multiplied > 1
    if isinstance(node, (Einsum, Sum)) and _sums(graph, number):
        return several or multiplied or any(not isinstance(graph[user], Sum) for user in users)
    if isinstance(node, Apply):
        if node.function == "power" or node.function in COMPARISONS:
            return False
        return several or multiplied or any(_is_product(graph[user]) for user in users)
    if isinstance(node, (Along, OfMatrix)):
        return several
    return isinstance(node, Sum) and len(node.args) > 1 and several


def _sums(graph: Graph, number: int) -> bool:
    """Whether a node is a sum over labels, or has one as a term."""
    node = graph[number]
    if isinstance(node, Sum):
        return len(node.args) > 1 and any(_sums(graph, arg) for arg in node.args)
    return isinstance(node, Einsum) and bool(node.pattern.contracted())


def _is_product(node: Node) -> bool:
    return isinstance(node, Einsum) and len(node.args) > 1


def _names(node: Node) -> Iterator[str]:
    """What a node may be called, the most usual first; matrices have capitals."""
    letters = _LETTERS[type(node)] if node.dims else "cbkq"
    if len(node.dims) > 1:
        letters = letters.upper()
    yield from letters
    number = 1
    while True:
        yield f"{letters[0]}{number}"
        number += 1


_LETTERS: dict[type, str] = {
    Einsum: "zuvqp",
    Sum: "rezqp",
    Apply: "stpgh",
    Along: "lmpq",
    OfMatrix: "pqm",
}
