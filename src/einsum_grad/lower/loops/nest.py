"""A kernel as a nest: loops in loops, and between them what is done with one entry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from einsum_grad.lower.loops.kernels import Kernel
from einsum_grad.lower.loops.statement import Statement
from einsum_grad.lower.program import Value
from einsum_grad.plan import Labels


@dataclass(frozen=True, slots=True)
class Clear:
    """The entries of `value` where the loops around are become zero: sums follow."""

    statement: Statement
    inner: Labels
    """The labels of the entries, whose loops are further in; without any it is a number."""


@dataclass(frozen=True, slots=True)
class Make:
    """An entry is made."""

    statement: Statement


@dataclass(frozen=True, slots=True)
class Add:
    """A term is added to an entry: to the number that is cleared, or where the entry lies."""

    statement: Statement
    inner: Labels


@dataclass(frozen=True, slots=True)
class Store:
    """A sum that is complete becomes an entry of its array."""

    statement: Statement


@dataclass(frozen=True, slots=True)
class Row:
    """Room for a value that nobody needs afterwards, along labels whose loops are further in."""

    value: Value
    labels: Labels


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop over a label."""

    label: str
    body: list[Item] = field(default_factory=list)


Item = Loop | Clear | Make | Add | Store | Row


def nest(kernel: Kernel) -> list[Item]:
    """The loops of a kernel: each statement where all of its labels are bound, no deeper.

    A statement joins the last loop in which what it reads is complete.
    """
    body: list[Item] = []
    for each in kernel.statements:
        _insert(each, body, kernel.path(each))
    kept = {value.name for value in kernel.kept}
    for each in kernel.statements:
        if each.result.name not in kept:
            _give_room(each.result, body)
    return body


def _insert(new: Statement, body: list[Item], path: Labels) -> None:
    summed = set(new.summed)
    depth = min((path.index(label) for label in summed), default=len(path))
    inner = tuple(label for label in path[depth:] if label not in summed)
    for label in path[:depth]:
        body = body[_loop(label, new, body)].body  # type: ignore[union-attr]
    if not summed:
        body.append(Make(new))
        return
    label, *rest = path[depth:]
    place = _loop(label, new, body)
    loop = body[place]
    body.insert(place, Clear(new, inner))
    if not inner:
        body.insert(place + 2, Store(new))
    body = loop.body  # type: ignore[union-attr]
    for label in rest:
        body = body[_loop(label, new, body)].body  # type: ignore[union-attr]
    body.append(Add(new, inner))


def _loop(label: str, new: Statement, body: list[Item]) -> int:
    """The place of the last loop over `label` that `new` may join, or of a new one."""
    reads = {arg.name for arg in new.args}
    for place in range(len(body) - 1, -1, -1):
        item = body[place]
        if isinstance(item, Loop) and item.label == label and _is_complete(item, reads):
            return place
        if not reads.isdisjoint(_made(item)):
            break
    body.append(Loop(label))
    return len(body) - 1


def _is_complete(loop: Loop, reads: set[str]) -> bool:
    """Whether what is made in `loop`, of what is read, is complete in each turn of it."""
    return all(
        loop.label not in each.summed for each in _statements([loop]) if each.result.name in reads
    )


def _made(item: Item) -> set[str]:
    return {each.result.name for each in _statements([item])}


def _statements(items: Sequence[Item]) -> Iterator[Statement]:
    for item in items:
        if isinstance(item, Loop):
            yield from _statements(item.body)
        elif not isinstance(item, Row):
            yield item.statement


def _uses(item: Item, name: str) -> bool:
    """Whether an item makes or reads the value of that name."""
    match item:
        case Loop(_, body):
            return any(_uses(each, name) for each in body)
        case Make(statement) | Add(statement):
            return name in (statement.result.name, *(arg.name for arg in statement.args))
        case Clear(statement) | Store(statement):
            return name == statement.result.name
    return False


def _give_room(value: Value, body: list[Item]) -> None:
    """Put a row for `value` into the innermost loop that has all that makes and reads it."""
    around = list[str]()
    while True:
        users = [item for item in body if _uses(item, value.name)]
        if len(users) > 1 or not isinstance(users[0], Loop):
            break
        around.append(users[0].label)
        body = users[0].body
    labels = tuple(label for label in value.labels if label not in around)
    if labels:
        body.insert(body.index(users[0]), Row(value, labels))
