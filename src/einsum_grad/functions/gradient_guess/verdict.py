"""The verdict on a gradient of an expression that was derived by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from einsum_grad.guess.judgement import Judgement
from einsum_grad.visible import visible_lines


class Kind(StrEnum):
    """The four verdicts."""

    RIGHT = "right"
    TRANSPOSED = "right but transposed"
    AXES = "wrong in its axes"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Counterexample:
    """Sizes and arrays at which an entry of the gradient, `name`, is another than the guess gives.

    `arrays` has the entries that are not zero, by name and index.
    """

    sizes: tuple[tuple[str, int], ...]
    arrays: tuple[tuple[str, tuple[tuple[tuple[int, ...], float], ...]], ...]
    name: str
    index: tuple[int, ...]
    expected: float
    got: float

    def __str__(self) -> str:
        sizes = ", ".join(f"{dim} = {size}" for dim, size in self.sizes)
        entries = [
            f"{entry_of(name, index)} = {shown(value)}"
            for name, found in self.arrays
            for index, value in found
        ]
        zeros = f"zeros but for {', '.join(entries)}" if entries else "zeros alone"
        return (
            f"with {f'{sizes}, and ' if sizes else ''}{zeros}: {entry_of(self.name, self.index)} "
            f"is {shown(self.expected)}, but the guess gives {shown(self.got)}"
        )

    def to_dict(self) -> dict[str, Any]:
        """The example as plain data."""
        return {
            "sizes": dict(self.sizes),
            "arrays": {
                name: [{"at": list(index), "is": value} for index, value in found]
                for name, found in self.arrays
            },
            "entry": list(self.index),
            "expected": self.expected,
            "got": self.got,
        }


def entry_of(name: str, index: Sequence[int]) -> str:
    """An entry as text."""
    return f"{name}[{','.join(map(str, index))}]" if index else name


def shown(value: float) -> str:
    """A number as text: a small fraction in full, others to six digits.

    >>> shown(2.0), shown(-0.5), shown(0.1234567)
    ('2', '-0.5', '0.123457')
    """
    return f"{value:.6g}"


@dataclass(frozen=True, slots=True)
class GradientVerdict(Judgement):
    """The verdict on a guess for the gradient called `name`.

    `proved` says whether a right one is proved in exact arithmetic; else it agrees at each point
    that was tried. `right` is the gradient in NumPy's notation. `where` says what names that
    `derive` prints stand for, in it and in the guess, and `why` in words what is wrong.
    """

    kind: Kind
    name: str
    guess: str
    right: str
    where: tuple[tuple[str, str], ...]
    proved: bool = False
    why: str | None = None
    counterexample: Counterexample | None = None

    def __bool__(self) -> bool:
        return self.is_right

    def __str__(self) -> str:
        lines = self._lines(" ".join(self.guess.split()))
        if self.where:
            lines.append("    " + "; ".join(f"{name} = {text}" for name, text in self.where))
        return visible_lines("\n".join(lines))

    def to_dict(self) -> dict[str, Any]:
        """The verdict as plain data, for JSON."""
        return {
            "schema": 1,
            "verdict": str(self.kind),
            "proved": self.proved,
            "name": self.name,
            "guess": self.guess,
            "right": self.right,
            "where": dict(self.where),
            "why": self.why,
            "counterexample": self.counterexample and self.counterexample.to_dict(),
        }
