"""The AST of a pattern, with positions in the text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

ELLIPSIS = "..."


@dataclass(frozen=True, slots=True)
class Label:
    """A label or the ellipsis, and the position of its first character."""

    name: str
    start: int


@dataclass(frozen=True, slots=True)
class Term:
    """The labels of one operand, or of the output, in axis order."""

    labels: tuple[Label, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The labels without their positions."""
        return tuple(label.name for label in self.labels)


@dataclass(frozen=True, slots=True)
class Equation:
    """A parsed pattern: a term for each operand, and the output unless it is implicit.

    >>> from einsum_grad.syntax import parse
    >>> equation = parse("ij,jk->ik")
    >>> [term.names for term in equation.inputs], equation.output.names
    ([('i', 'j'), ('j', 'k')], ('i', 'k'))
    """

    text: str
    notation: str
    inputs: tuple[Term, ...]
    output: Term | None

    def labels(self) -> Iterator[Label]:
        """Every label of the text, from left to right."""
        for term in (*self.inputs, *((self.output,) if self.output else ())):
            yield from term.labels
