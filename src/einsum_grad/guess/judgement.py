"""What every verdict on a guess says: whether it is right, what is wrong, and what is right."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from einsum_grad.visible import preformatted


class Judgement:
    """A verdict on the guess for the gradient called `name`: its kind, and in words why."""

    __slots__ = ()

    kind: StrEnum
    name: str
    right: str
    why: str | None
    counterexample: object

    @property
    def is_right(self) -> bool:
        """Whether the guess is right."""
        return self.kind == "right"

    def _lines(self, guess: str, remarks: Iterable[str] = ()) -> list[str]:
        """The verdict on `guess`, with remarks on how it was read."""
        head = f"{self.name}: {guess} is {self.kind}"
        lines = [f"{head}: {self.why}" if self.why else head, *remarks]
        if self.counterexample:
            lines.append(f"    {self.counterexample}")
        if not self.is_right:
            lines.append(f"    right is {self.right}")
        return lines

    def _repr_html_(self) -> str:
        return preformatted(str(self))
