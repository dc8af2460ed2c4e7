"""The lines of a derivation of an `Explained`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from einsum_grad.explain.blocks import Span, right_spans
from einsum_grad.explain.explained import Explained
from einsum_grad.explain.rules import sentence
from einsum_grad.explain.spelling import Spelling, left_side
from einsum_grad.plan import Derived, Gradient, Rule, derivation_of
from einsum_grad.plan.derive.reasons import Fact, gradient_facts


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line as shown; a left side equal to that of the line before is left out."""

    line: Derived
    left: str
    sign: str
    right: tuple[Span, ...]
    sentence: str


def parts(
    explained: Explained, spelling: Spelling, short: bool = True
) -> Iterator[tuple[ShownLine, ...]]:
    """The lines of the element, which all gradients share, and those of each gradient."""
    yield tuple(_shown(explained, (element(explained),), spelling, short))
    for gradient in explained.gradients:
        yield tuple(_shown(explained, lines(explained, gradient)[1:], spelling, short))


def _shown(
    explained: Explained, lines: Sequence[Derived], spelling: Spelling, short: bool
) -> Iterator[ShownLine]:
    before = ""
    for line in lines:
        left, told = left_side(line.formula, spelling), sentence(line, spelling)
        if line.rule is Rule.PATTERN:
            shown = spelling.pattern(pattern(explained, line, short))
            yield ShownLine(line, "", " " * len(spelling.equals), (Span("pattern", shown),), told)
        else:
            shown = "" if left == before else left
            right = tuple(right_spans(line.formula, spelling, short))
            yield ShownLine(line, shown, spelling.equals, right, told)
        before = left


def element(explained: Explained) -> Derived:
    """The first line, which is the same for all gradients."""
    return derivation_of(explained.pattern, 0, explained.names)[0]


def lines(explained: Explained, gradient: Gradient) -> tuple[Derived, ...]:
    """The lines for one of the gradients."""
    return derivation_of(explained.pattern, gradient.operand, explained.names)


def pattern(explained: Explained, line: Derived, short: bool = False) -> str:
    """The pattern of the last line, in the notation of the explained pattern."""
    return explained.spell(line.formula.pattern(), line.formula.place, short)


def facts(explained: Explained, gradient: Gradient) -> tuple[Fact, ...]:
    """The facts about the pattern that the derivation ends with."""
    return gradient_facts(gradient, explained.operands, explained.names.cotangent)
