"""The arrays of a kernel, their entries, and where sizes are read."""

from __future__ import annotations

import keyword
from collections.abc import Iterator

from einsum_grad.emit.steps.context import Context
from einsum_grad.emit.text.tree import Call, Expression, call
from einsum_grad.lower import Kernel, Value, without
from einsum_grad.lower.loops.statement import Access, read
from einsum_grad.plan import UNIT, Labels

_RESERVED = {"np", "numba", "zero", "start", "stop", *keyword.kwlist}


class Entries:
    """What a kernel is given, writes and makes, and how its entries are written."""

    def __init__(self, kernel: Kernel, context: Context) -> None:
        self.kernel, self.context = kernel, context
        self.kept = {value.name: value for value in kernel.kept}
        self.partial = {value.name: value for value in kernel.partial}
        self.written = [name for name in self.kept if name not in self.partial]
        self.rows: dict[str, Labels] = {}
        """The labels of arrays that live for a turn of a loop; other such values are numbers."""
        self._made = {each.result.name: each.result for each in kernel.statements}
        self.given = self._given()
        self._places = dict(self._sizes())
        taken = {*_RESERVED, *self.given, *self._made, *map(sum_of, self._made)}
        self.variables = {label: f"{label}_" if label in taken else label for label in kernel.order}

    def _given(self) -> list[str]:
        """The arrays that the kernel reads: the cotangent, the operands, and others."""
        program = self.context.program
        first = [program.cotangent.name, *(value.name for value in program.operands)]
        found = [name for name in read(self.kernel.statements) if name not in self._made]
        return [*(name for name in first if name in found), *without(tuple(found), first)]

    @property
    def numbers(self) -> set[str]:
        """What the kernel is given that has no axes."""
        every = (arg for each in self.kernel.statements for arg in each.args)
        return {arg.name for arg in every if not arg.labels}

    @property
    def like(self) -> str:
        """An array of the kernel, for its dtype."""
        numbers = self.numbers
        return next(name for name in (*self.given, *self.written) if name not in numbers)

    def array(self, made: str, labels: Labels) -> Call:
        """An array that the kernel makes for itself."""
        sizes = tuple(map(self.size, labels))
        shape = sizes[0] if len(sizes) == 1 else Call("tuple", sizes)
        return call(made, shape, call("dtype", self.like))

    # Entries.

    def entry(self, value: Value, inner: Labels = ()) -> Expression:
        """An entry of a result; with `inner` all entries along those labels."""
        kept = value.name in self.kept
        labels = value.labels if kept else self.rows.get(value.name, ())
        index = [self._all_of(label) if label in inner else self._index(label) for label in labels]
        if kept and not index:
            index = ["()"]
        return Call("index", (value.name, *index)) if index else value.name

    def _all_of(self, label: str) -> str:
        return "start:stop" if label == self.kernel.shared else ":"

    def sum(self, value: Value, inner: Labels) -> Expression:
        """What terms are added to: a number, or entries along the labels `inner`."""
        if inner:
            return self.entry(value, inner)
        return sum_of(value.name) if self.is_array(value) else value.name

    def is_array(self, value: Value) -> bool:
        """Whether a result is an array, and not a number that is soon read."""
        return value.name in self.kept or value.name in self.rows

    def read(self, access: Access) -> Expression:
        """An entry that is read."""
        labels = access.labels
        if access.name in self._made and access.name not in self.kept:
            own = zip(self._made[access.name].labels, labels, strict=True)
            rows = self.rows.get(access.name, ())
            labels = tuple(label for value, label in own if value in rows)
        place: Expression = access.name
        if labels:
            place = Call("index", (access.name, *map(self._index, labels)))
        elif access.name in self.kept:
            place = call("index", access.name, "()")
        return call("entry conjugate", place) if access.conjugated else place

    def _index(self, label: str) -> str:
        return "0" if label == UNIT else self.variables[label]

    # Sizes.

    def range(self, label: str) -> Call:
        """What the loop over a label runs through."""
        shared = label == self.kernel.shared
        return call("range", "start", "stop") if shared else call("range", self.size(label))

    def size(self, label: str) -> Expression:
        """The size of a label: a number where it is known, else read from an array."""
        known = self.context.known(label)
        return known if known is not None else self._places[label]

    def _sizes(self) -> Iterator[tuple[str, str]]:
        """Where the size of each label is read; the last place counts."""
        found = [(name, self.kept[name].labels) for name in self.written]
        found += [
            (arg.name, arg.labels)
            for each in reversed(self.kernel.statements)
            for arg in reversed(each.args)
            if arg.name not in self._made
        ]
        for name, labels in found:
            for axis in reversed(range(len(labels))):
                yield labels[axis], f"{name}.shape[{axis}]"


def sum_of(name: str) -> str:
    """What the number is called in which the terms of an entry are added."""
    return f"{name}_sum"
