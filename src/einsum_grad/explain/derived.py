"""The lines of a derivation of an `Explained`."""

from __future__ import annotations

from einsum_grad.explain.explained import Explained
from einsum_grad.plan import Derived, Gradient, derivation_of
from einsum_grad.plan.derive.reasons import Fact, gradient_facts


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
