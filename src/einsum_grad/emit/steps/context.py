"""How generated code reads sizes: from the shapes of the operands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from einsum_grad.emit.text.target import Target
from einsum_grad.emit.text.tree import Call, Expression, call
from einsum_grad.lower import AxisSize, Program, Value, steps
from einsum_grad.plan import ELLIPSIS, UNIT, Labels


class Context:
    """What the steps of a program share: the target, and expressions for sizes."""

    def __init__(self, program: Program, target: Target, operands: Sequence[Value] = ()) -> None:
        """`operands` are further arrays whose shapes are known."""
        self.program = program
        self.target = target
        self._operands = (*program.operands, *operands)
        self._sizes = dict(program.sizes)
        self._shapes = {value.labels: value.name for value in reversed(program.operands)}

    @cached_property
    def cotangents(self) -> frozenset[Value]:
        """The cotangent, and what is made of it."""
        found = {self.program.cotangent}
        for step in steps(self.program.backward):
            if not found.isdisjoint(step.args):
                found.add(step.result)
        return frozenset(found)

    def known(self, label: str) -> int | None:
        """The size of `label`, if it was given with the pattern."""
        size = 1 if label == UNIT else self._sizes.get(label)
        return size if isinstance(size, int) else None

    def dtype(self) -> Call:
        """The dtype of the operands."""
        operands = self.program.operands
        return call(
            "dtype", next((each.name for each in operands if each.labels), operands[0].name)
        )

    def size(self, label: str) -> Expression:
        """The size of `label`."""
        if label == UNIT:
            return 1
        size = self._sizes.get(label)
        if isinstance(size, AxisSize):
            return f"{size.operand.name}.shape[{size.axis}]"
        return size if size is not None else call("product", self.lead())

    def size_of(self, labels: Labels) -> Expression:
        """The size of an axis that merges `labels`."""
        sizes = tuple(map(self.size, labels))
        return Call("times", sizes) if len(sizes) > 1 else sizes[0] if sizes else 1

    def shape(self, labels: Labels) -> Expression:
        """The shape of an array with an axis for each of `labels`."""
        if not labels:
            return call("tuple")
        if labels in self._shapes and UNIT not in labels:
            return f"{self._shapes[labels]}.shape"
        if ELLIPSIS not in labels:
            return Call("tuple", tuple(map(self.size, labels)))
        at = labels.index(ELLIPSIS)
        return joined_shape(
            [
                *map(self.shape, filter(None, [labels[:at]])),
                self.lead(),
                *map(self.shape, filter(None, [labels[at + 1 :]])),
            ]
        )

    def array_like(self, value: Value) -> str:
        """The name of an operand with the axes of `value`, or of `value` itself."""
        return self._shapes.get(value.labels, value.name)

    def lead(self) -> str:
        """The sizes of the ellipsis' axes."""
        value = next(value for value in self._operands if ELLIPSIS in value.labels)
        return f"{value.name}.shape{ellipsis_slice(value.labels)}"


def joined_shape(parts: Iterable[Expression]) -> Expression:
    """The shape that is made of the shapes `parts`, one after the other."""
    first, *rest = parts
    return call("plus", first, *rest) if rest else first


def ellipsis_slice(labels: Labels) -> str:
    """The slice of a shape that the ellipsis of `labels` stands for.

    >>> ellipsis_slice(("i", "...", "j")), ellipsis_slice(("...",)), ellipsis_slice(("...", "j"))
    ('[1:-1]', '', '[:-1]')
    """
    at = labels.index(ELLIPSIS)
    after = len(labels) - 1 - at
    start, stop = str(at or ""), f"-{after}" if after else ""
    return f"[{start}:{stop}]" if start or stop else ""
