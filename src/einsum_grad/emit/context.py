"""How generated code reads sizes: from the shapes of the operands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from einsum_grad.lower import AxisSize, Program, Value
from einsum_grad.plan import ELLIPSIS, UNIT, Labels


class Context:
    """The expressions that every step of a program may use."""

    def __init__(self, program: Program, operands: Sequence[Value] = ()) -> None:
        """`operands` are others than the program's, whose shapes are known too."""
        self.program = program
        self._operands = (*program.operands, *operands)
        self._sizes = dict(program.sizes)
        self._shapes = {value.labels: value.name for value in reversed(program.operands)}

    def size(self, label: str) -> str:
        """The size of `label`."""
        if label == UNIT:
            return "1"
        size = self._sizes.get(label)
        if isinstance(size, AxisSize):
            return f"{size.operand.name}.shape[{size.axis}]"
        return str(size) if size is not None else f"math.prod({self.lead()})"

    def shape(self, labels: Labels) -> str:
        """The shape of an array with an axis for each of `labels`."""
        if not labels:
            return "()"
        if labels in self._shapes and ELLIPSIS not in labels and UNIT not in labels:
            return f"{self._shapes[labels]}.shape"
        if ELLIPSIS not in labels:
            return tuple_of(map(self.size, labels))
        at = labels.index(ELLIPSIS)
        parts = [self.shape(part) for part in (labels[:at], labels[at + 1 :]) if part]
        return " + ".join([*parts[: at > 0], self.lead(), *parts[at > 0 :]])

    def lead(self) -> str:
        """The sizes that the ellipsis stands for."""
        value = next(value for value in self._operands if ELLIPSIS in value.labels)
        return f"{value.name}.shape{ellipsis_slice(value.labels)}"


def ellipsis_slice(labels: Labels) -> str:
    """The slice of a shape that the ellipsis of `labels` stands for.

    >>> ellipsis_slice(("i", "...", "j")), ellipsis_slice(("...",)), ellipsis_slice(("...", "j"))
    ('[1:-1]', '', '[:-1]')
    """
    at = labels.index(ELLIPSIS)
    after = len(labels) - 1 - at
    start, stop = str(at or ""), f"-{after}" if after else ""
    return f"[{start}:{stop}]" if start or stop else ""


def tuple_of(entries: Iterable[str]) -> str:
    """The tuple display of `entries`.

    >>> tuple_of(("a",)), tuple_of(("a", "b")), tuple_of(())
    ('(a,)', '(a, b)', '()')
    """
    entries = tuple(entries)
    return f"({entries[0]},)" if len(entries) == 1 else f"({', '.join(entries)})"
