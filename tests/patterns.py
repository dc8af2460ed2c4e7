"""Patterns for tests, from text."""

from einsum_grad.plan import Pattern, pattern_of
from einsum_grad.syntax import parse


def pattern(text: str, output_only: str = "") -> Pattern:
    """The pattern of `text`, in letters."""
    return pattern_of(parse(text), output_only)


def unchecked(text: str) -> Pattern:
    """The pattern of `text`, whose output may have any labels."""
    *inputs, output = text.replace("->", ",").split(",")
    return Pattern(tuple(map(tuple, inputs)), tuple(output))
