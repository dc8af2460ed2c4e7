"""The function of a kernel: loops over labels, and what is done with an entry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from einsum_grad.emit.steps.entries import Entries, sum_of
from einsum_grad.emit.text.tree import (
    KERNEL,
    Assign,
    Call,
    Define,
    Expression,
    For,
    Increase,
    Return,
    Statement,
    call,
    names,
)
from einsum_grad.lower import Value
from einsum_grad.lower.loops.nest import Add, Clear, Item, Loop, Make, Row, Store, nest
from einsum_grad.lower.loops.statement import Statement as Entry
from einsum_grad.plan import Labels


def function(name: str, entries: Entries) -> Define:
    """The function of that name; where threads share its outermost loop it does a range of it."""
    shared = entries.kernel.shared is not None
    parameters = [*(["start", "stop"] if shared else []), *entries.given, *entries.written]
    body = list(_Body(entries).statements())
    return Define(name, parameters, _doc(entries), body, KERNEL)


def _doc(entries: Entries) -> str:
    shared, partial = entries.kernel.shared, list(entries.partial)
    rows = f" for a range of {shared}" if shared else ""
    wrote = f"Write {_listed(entries.written)}{rows}" if entries.written else ""
    returned = f"eturn this range's part of {_listed(partial)}" if partial else ""
    if wrote and returned:
        return f"{wrote}, and r{returned}."
    return f"{wrote}." if wrote else f"R{returned}."


class _Body:
    """State shared by the statements of one function."""

    def __init__(self, entries: Entries) -> None:
        self.entries, self.items = entries, nest(entries.kernel)

    def statements(self) -> Iterator[Statement]:
        entries = self.entries
        clears = (item for item in _items(self.items) if isinstance(item, Clear))
        if not all(self._is_new(item.statement.result, item.inner) for item in clears):
            yield Assign("zero", call("zero of", entries.like))
        for name, value in entries.partial.items():
            yield Assign(name, entries.array("zeros", value.labels))
        yield from self._of(self.items)
        if entries.partial:
            yield Return(one_or_more(entries.partial))

    def _of(self, items: Iterable[Item]) -> Iterator[Statement]:
        for item in items:
            yield from self._item(item)

    def _item(self, item: Item) -> Iterator[Statement]:
        entries = self.entries
        match item:
            case Loop(label, body):
                each = entries.variables[label]
                yield For(each, entries.range(label), list(self._of(body)))
            case Row(value, labels):
                entries.rows[value.name] = labels
                yield Assign(value.name, entries.array("fresh", labels))
            case Clear(entry, inner) if not self._is_new(entry.result, inner):
                yield Assign(entries.sum(entry.result, inner), "zero")
            case Make(entry):
                yield Assign(entries.entry(entry.result), self._term(entry))
            case Add(entry, inner):
                place = entries.entry(entry.result) if inner else entries.sum(entry.result, ())
                yield Increase(place, self._term(entry))
            case Store(entry) if entries.is_array(entry.result):
                yield Assign(entries.entry(entry.result), sum_of(entry.result.name))

    def _is_new(self, value: Value, inner: Labels) -> bool:
        """Whether all of an array is cleared that the kernel has just made of zeros."""
        return value.name in self.entries.partial and set(inner) == set(value.labels) != set()

    def _term(self, entry: Entry) -> Expression:
        """The product of what is read, or the sum."""
        read = tuple(map(self.entries.read, entry.args))
        return Call("add" if entry.adds else "multiply", read) if len(read) > 1 else read[0]


def _items(items: Iterable[Item]) -> Iterator[Item]:
    for item in items:
        yield item
        if isinstance(item, Loop):
            yield from _items(item.body)


def one_or_more(given: Iterable[str]) -> Expression:
    """A name, or several."""
    first, *rest = given
    return names([first, *rest]) if rest else first


def _listed(given: list[str]) -> str:
    *first, last = given
    return f"{', '.join(first)} and {last}" if first else last
