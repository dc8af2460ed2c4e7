"""The verdict on a guess."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from einsum_grad.guess.counterexample import Counterexample
from einsum_grad.guess.judgement import Judgement
from einsum_grad.visible import visible


class Kind(StrEnum):
    """The four verdicts."""

    RIGHT = "right"
    AXIS_ORDER = "right but for an axis order"
    INVALID = "invalid"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Verdict(Judgement):
    """The verdict on a guess for the gradient called `name`, of the operand at `operand`.

    `order` are the names of the arrays in the order in which the guess takes them, and `right` is
    a right pattern in that order and, if possible, in the labels of the guess. `read_as` says which
    term is which array, where the terms don't have the arrays' own labels. `label` is the label
    that makes a guess invalid, if there is one, and `why` says in words what is wrong.
    `counterexample` is set if the guess can run at some sizes and is wrong there.
    """

    kind: Kind
    operand: int
    name: str
    guess: str
    right: str
    order: tuple[str, ...]
    reordered: bool = False
    read_as: str | None = None
    label: str | None = None
    why: str | None = None
    counterexample: Counterexample | None = None

    def __str__(self) -> str:
        return "\n".join(map(visible, self._lines(self.guess, self._remarks())))

    def _remarks(self) -> Iterator[str]:
        if self.read_as:
            yield f"    read as {self.read_as}"
        elif self.reordered:
            yield f"    it takes its operands in the order {', '.join(self.order)}"

    def to_dict(self) -> dict[str, Any]:
        """The verdict as plain data, for JSON."""
        return {
            "schema": 1,
            "verdict": str(self.kind),
            "operand": self.operand,
            "name": self.name,
            "guess": self.guess,
            "right": self.right,
            "order": list(self.order),
            "read_as": self.read_as,
            "label": self.label,
            "why": self.why,
            "counterexample": self.counterexample and self.counterexample.to_dict(),
        }
