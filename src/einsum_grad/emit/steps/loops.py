"""Kernels: functions with explicit loops over labels, and their calls.

A kernel does a range of its outermost loop, and so threads share it. It writes arrays that its
caller made. Where ranges would add to the same entries, each returns sums of its own, which the
caller adds up in their order.
"""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Iterator

from einsum_grad.emit.steps.context import Context
from einsum_grad.emit.text.tree import (
    KERNEL,
    Assign,
    Call,
    Define,
    Do,
    Expression,
    For,
    Increase,
    Return,
    Statement,
    call,
    names,
)
from einsum_grad.lower import Kernel, Value, without
from einsum_grad.lower.loops.nest import Add, Clear, Item, Loop, Make, Row, Store, nest
from einsum_grad.lower.loops.statement import Access, read
from einsum_grad.plan import UNIT, Labels, diagonals

_RESERVED = {"np", "numba", "zero", "start", "stop", *keyword.kwlist}
_MOST_NAMED = 4


def loops(kernel: Kernel, context: Context) -> tuple[Statement, ...]:
    """The function of a kernel, and the statements of its caller around the call."""
    return tuple(_Loops(kernel, context).caller())


class _Loops:
    """State shared by the statements of one kernel."""

    def __init__(self, kernel: Kernel, context: Context) -> None:
        self.kernel, self.context = kernel, context
        self.body = nest(kernel)
        self.kept = {value.name: value for value in kernel.kept}
        self.made = {each.result.name: each.result for each in kernel.statements}
        self.partial = {value.name: value for value in kernel.partial}
        self.written = [name for name in self.kept if name not in self.partial]
        self.rows: dict[str, Labels] = {}
        self.given = self._given()
        self.places = dict(self._places())
        taken = {*_RESERVED, *self.given, *self.made, *map(_sum, self.made)}
        self.variables = {label: f"{label}_" if label in taken else label for label in kernel.order}

    def _given(self) -> list[str]:
        """The arrays that the kernel reads: the cotangent, the operands, and others."""
        program = self.context.program
        first = [program.cotangent.name, *(value.name for value in program.operands)]
        found = [name for name in read(self.kernel.statements) if name not in self.made]
        return [*(name for name in first if name in found), *without(tuple(found), first)]

    # The caller.

    def caller(self) -> Iterator[Statement]:
        for name in self.written:
            yield Assign(name, self._made_outside(self.kept[name]))
        yield self.function()
        scalars = self._scalars()
        given = [call("index", name, "()") if name in scalars else name for name in self.given]
        if self.kernel.shared is None:
            yield Do(call("own", self.name, *given, *self.written))
            return
        length, steps = self.context.size(self.kernel.shared), self._steps()
        done = call("in_parallel", self.name, length, steps, *given, *self.written)
        if self.partial:
            yield Assign(_one_or_more(self.partial), call("added", done))
        else:
            yield Do(done)

    def _made_outside(self, value: Value) -> Call:
        """The array that the kernel writes."""
        large, zeros = self.context.program.scale is not None, bool(diagonals(value.labels))
        made = ("cleared" if large else "zeros") if zeros else ("empty" if large else "fresh")
        return call(made, self.context.shape(value.labels), self.context.dtype())

    def _steps(self) -> Expression:
        """How often the innermost statements run."""
        order = set(self.kernel.order)
        operands = self.context.program.operands
        whole = (each.name for each in operands if sorted(each.labels) == sorted(order))
        return next((f"{name}.size" for name in whole), self.context.size_of(self.kernel.order))

    @property
    def name(self) -> str:
        every = list(self.kept)
        told = every if len(every) <= _MOST_NAMED else [every[0], "to", every[-1]]
        return f"make_{'_'.join(told)}"

    # The kernel.

    def function(self) -> Define:
        shared = self.kernel.shared is not None
        parameters = [*(["start", "stop"] if shared else []), *self.given, *self.written]
        clears = (item for item in _items(self.body) if isinstance(item, Clear))
        zero = any(not self._is_new(item.statement.result, item.inner) for item in clears)
        body = [
            *([Assign("zero", call("zero of", self.like))] if zero else []),
            *(
                Assign(name, self._array("zeros", self.partial[name].labels))
                for name in self.partial
            ),
            *self.statements(self.body),
            *([Return(_one_or_more(self.partial))] if self.partial else []),
        ]
        return Define(self.name, parameters, self._doc(), body, KERNEL)

    def _doc(self) -> str:
        rows = f" for a range of {self.kernel.shared}" if self.kernel.shared else ""
        wrote = f"Write {_listed(self.written)}" if self.written else ""
        share = f"eturn this range's part of {_listed(list(self.partial))}" if self.partial else ""
        if self.written and self.partial:
            return f"{wrote}{rows}, and r{share}."
        return f"{wrote}{rows}." if self.written else f"R{share}."

    def _array(self, made: str, labels: Labels) -> Call:
        """An array that lives in the kernel."""
        sizes = tuple(map(self.size, labels))
        shape = sizes[0] if len(sizes) == 1 else Call("tuple", sizes)
        return call(made, shape, call("dtype", self.like))

    def statements(self, items: Iterable[Item]) -> Iterator[Statement]:
        for item in items:
            yield from self.item(item)

    def item(self, item: Item) -> Iterator[Statement]:
        match item:
            case Loop(label, body):
                yield For(self.variables[label], self.range(label), list(self.statements(body)))
            case Row(value, labels):
                self.rows[value.name] = labels
                yield Assign(value.name, self._array("fresh", labels))
            case Clear(statement, inner) if not self._is_new(statement.result, inner):
                yield Assign(self.sum(statement.result, inner), "zero")
            case Make(statement):
                yield Assign(
                    self.entry(statement.result), self.term(statement.args, statement.adds)
                )
            case Add(statement, inner):
                place = self.entry(statement.result) if inner else self.sum(statement.result, ())
                yield Increase(place, self.term(statement.args, statement.adds))
            case Store(statement) if statement.result.name in self.kept:
                yield Assign(self.entry(statement.result), _sum(statement.result.name))

    def _is_new(self, value: Value, inner: Labels) -> bool:
        """Whether all of an array is cleared that the kernel has just made of zeros."""
        return value.name in self.partial and bool(inner) and set(inner) == set(value.labels)

    def sum(self, value: Value, inner: Labels) -> Expression:
        """What is cleared: a number, or the entries whose `inner` loops follow."""
        if not inner:
            return _sum(value.name) if value.name in self.kept else value.name
        return self.entry(value, inner)

    def entry(self, value: Value, inner: Labels = ()) -> Expression:
        """An entry of a result; with `inner` all entries along those labels."""
        kept = value.name in self.kept
        labels = value.labels if kept else self.rows.get(value.name, ())
        index = [self.all_of(label) if label in inner else self.index(label) for label in labels]
        if kept and not index:
            index = ["()"]
        return Call("index", (value.name, *index)) if index else value.name

    def all_of(self, label: str) -> str:
        """All entries along a label that the kernel makes."""
        return "start:stop" if label == self.kernel.shared else ":"

    def read(self, access: Access) -> Expression:
        labels = access.labels
        if access.name in self.made and access.name not in self.kept:
            rows = self.rows.get(access.name, ())
            own = zip(self.made[access.name].labels, labels, strict=True)
            labels = tuple(label for value, label in own if value in rows)
        place: Expression = access.name
        if labels:
            place = Call("index", (access.name, *map(self.index, labels)))
        elif access.name in self.kept:
            place = call("index", access.name, "()")
        return call("entry conjugate", place) if access.conjugated else place

    def term(self, args: tuple[Access, ...], adds: bool) -> Expression:
        read = tuple(map(self.read, args))
        return Call("add" if adds else "multiply", read) if len(read) > 1 else read[0]

    def index(self, label: str) -> str:
        return "0" if label == UNIT else self.variables[label]

    # Sizes.

    def range(self, label: str) -> Call:
        shared = label == self.kernel.shared
        return call("range", "start", "stop") if shared else call("range", self.size(label))

    def size(self, label: str) -> Expression:
        """The size of a label: a number where it is known, else read from an array."""
        known = self.context.known(label)
        return known if known is not None else self.places[label]

    def _places(self) -> Iterator[tuple[str, str]]:
        """Where the size of each label is read: of the first array, if several have it."""
        found = [(name, self.kept[name].labels) for name in self.written]
        found += [
            (arg.name, arg.labels)
            for each in reversed(self.kernel.statements)
            for arg in reversed(each.args)
            if arg.name not in self.made
        ]
        for name, labels in found:
            for axis in reversed(range(len(labels))):
                yield labels[axis], f"{name}.shape[{axis}]"

    def _scalars(self) -> set[str]:
        statements = self.kernel.statements
        return {arg.name for each in statements for arg in each.args if not arg.labels}

    @property
    def like(self) -> str:
        """An array of the kernel, for its dtype."""
        scalars = self._scalars()
        return next(name for name in (*self.given, *self.written) if name not in scalars)


def _items(items: Iterable[Item]) -> Iterator[Item]:
    for item in items:
        yield item
        if isinstance(item, Loop):
            yield from _items(item.body)


def _sum(name: str) -> str:
    return f"{name}_sum"


def _one_or_more(given: Iterable[str]) -> Expression:
    first, *rest = given
    return names([first, *rest]) if rest else first


def _listed(given: list[str]) -> str:
    *first, last = given
    return f"{', '.join(first)} and {last}" if first else last
