"""Kernels: functions with explicit loops over labels, and their calls.

A kernel writes arrays that its caller made. Where its threads would add to the same entries, each
of so many parts of a loop has sums of its own, which the caller adds up in their order.
"""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Iterator

from einsum_grad.emit.steps.context import Context
from einsum_grad.emit.text.tree import (
    Assign,
    Call,
    Define,
    Do,
    Expression,
    For,
    Increase,
    Statement,
    call,
)
from einsum_grad.lower import Kernel, Value, without
from einsum_grad.lower.loops.nest import Add, Clear, Item, Loop, Make, Row, Store, nest
from einsum_grad.lower.loops.statement import Access, read
from einsum_grad.plan import UNIT, Labels, diagonals

PART = "part"
_RESERVED = {"np", "numba", "zero", "start", "stop", PART, "parts", *keyword.kwlist}
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
        self.partial = {value.name for value in kernel.partial}
        self.chunked = bool(self.partial) or kernel.shared not in (None, kernel.order[0])
        self.rows: dict[str, Labels] = {}
        self.given = self._given()
        self.places = dict(self._places())
        taken = {
            *_RESERVED,
            *self.given,
            *self.made,
            *map(_sum, self.made),
            *map(_parts, self.made),
        }
        self.variables = {label: f"{label}_" if label in taken else label for label in kernel.order}

    def _given(self) -> list[str]:
        """The arrays that the kernel reads: the cotangent, the operands, and others."""
        program = self.context.program
        first = [program.cotangent.name, *(value.name for value in program.operands)]
        found = [name for name in read(self.kernel.statements) if name not in self.made]
        return [*(name for name in first if name in found), *without(tuple(found), first)]

    # The caller.

    def caller(self) -> Iterator[Statement]:
        context, kernel = self.context, self.kernel
        large = context.program.scale is not None
        dtype = context.dtype()
        if self.chunked:
            assert kernel.shared is not None
            yield Assign("parts", call("shares", context.size(kernel.shared)))
        for value in kernel.kept:
            shape = context.shape(value.labels)
            if value.name in self.partial:
                sizes = tuple(map(context.size, value.labels))
                shape = Call("tuple", ("parts", *sizes))
            cleared = "cleared" if large else "zeros"
            empty = "empty" if large else "fresh"
            made = call(cleared if diagonals(value.labels) else empty, shape, dtype)
            yield Assign(self.array(value.name), made)
        yield self.function()
        scalars = {arg.name for each in kernel.statements for arg in each.args if not arg.labels}
        args = [call("index", name, "()") if name in scalars else name for name in self.given]
        yield Do(call("own", self.name, *args, *self.written, *(["parts"] * self.chunked)))
        for name in self.kept:
            if name in self.partial:
                whole = context.program.traits.whole
                options: dict[str, Expression] = {"dtype": dtype} if whole else {}
                yield Assign(name, call("sum", _parts(name), axis=0, **options))

    @property
    def written(self) -> list[str]:
        return [self.array(name) for name in self.kept]

    @property
    def name(self) -> str:
        names = list(self.kept)
        told = names if len(names) <= _MOST_NAMED else [names[0], "to", names[-1]]
        return f"make_{'_'.join(told)}"

    def array(self, name: str) -> str:
        """What the array is called that is written: the result, or its parts."""
        return _parts(name) if name in self.partial else name

    # The kernel.

    def function(self) -> Define:
        parameters = [*self.given, *self.written, *(["parts"] * self.chunked)]
        decorator = "kernel" if self.kernel.shared else "serial"
        body = list(self.statements(self.body))
        if self.chunked:
            body = [For(PART, call("prange", "parts"), [*self._bounds(), *body])]
        if any(isinstance(item, Clear) for item in _items(self.body)):
            body.insert(0, Assign("zero", call("zero of", self.like)))
        doc = f"Write {_listed(self.written)} in one pass."
        return Define(self.name, parameters, doc, body, decorator)

    def _bounds(self) -> Iterator[Statement]:
        label = self.kernel.shared
        assert label is not None
        size = self.size(label)
        yield Assign("start", f"{PART} * {size} // parts")
        yield Assign("stop", f"({PART} + 1) * {size} // parts")

    def statements(self, items: Iterable[Item]) -> Iterator[Statement]:
        for item in items:
            yield from self.item(item)

    def item(self, item: Item) -> Iterator[Statement]:
        match item:
            case Loop(label, body):
                yield For(self.variables[label], self.range(label), list(self.statements(body)))
            case Row(value, labels):
                self.rows[value.name] = labels
                sizes = tuple(map(self.size, labels))
                shape = sizes[0] if len(sizes) == 1 else Call("tuple", sizes)
                yield Assign(value.name, call("fresh", shape, call("dtype", self.like)))
            case Clear(statement, inner):
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

    def sum(self, value: Value, inner: Labels) -> Expression:
        """What is cleared: a number, or the entries whose `inner` loops follow."""
        if not inner:
            return _sum(value.name) if value.name in self.kept else value.name
        return self.entry(value, inner)

    def entry(self, value: Value, inner: Labels = ()) -> Expression:
        """An entry of a result; with `inner` all entries along those labels."""
        labels = self.rows.get(value.name, ()) if value.name not in self.kept else value.labels
        index = [":" if label in inner else self.index(label) for label in labels]
        if value.name in self.partial:
            index.insert(0, PART)
        if value.name in self.kept:
            return Call("index", (self.array(value.name), *(index or ["()"])))
        return Call("index", (value.name, *index)) if index else value.name

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
        if label != self.kernel.shared:
            return call("range", self.size(label))
        return call("range", "start", "stop") if self.chunked else call("prange", self.size(label))

    def size(self, label: str) -> Expression:
        """The size of a label: a number where it is known, else read from an array."""
        known = self.context.known(label)
        return known if known is not None else self.places[label]

    def _places(self) -> Iterator[tuple[str, str]]:
        """Where the size of each label is read: of the first array, if several have it."""
        statements = self.kernel.statements
        found = [(self.array(v.name), v.labels, v.name in self.partial) for v in self.kernel.kept]
        found += [
            (arg.name, arg.labels, False)
            for each in reversed(statements)
            for arg in reversed(each.args)
            if arg.name not in self.made
        ]
        for name, labels, shifted in found:
            for axis in reversed(range(len(labels))):
                yield labels[axis], f"{name}.shape[{axis + shifted}]"

    @property
    def like(self) -> str:
        """An array of the kernel, for its dtype."""
        scalars = {
            arg.name for each in self.kernel.statements for arg in each.args if not arg.labels
        }
        return next((name for name in self.given if name not in scalars), self.written[0])


def _items(items: Iterable[Item]) -> Iterator[Item]:
    for item in items:
        yield item
        if isinstance(item, Loop):
            yield from _items(item.body)


def _sum(name: str) -> str:
    return f"{name}_sum"


def _parts(name: str) -> str:
    return f"{name}_parts"


def _listed(names: list[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
