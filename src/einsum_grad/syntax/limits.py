"""Limits of texts and lists, checked before reading: refusing huge input takes constant time."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import TypeVar

from einsum_grad.errors import ArgumentError, ArgumentTypeError, PatternError
from einsum_grad.syntax.quote import refuse, shorten

T = TypeVar("T")

MAX_LENGTH = 100_000
MAX_OPERANDS = 10_000
MAX_AXES = 64
"""NumPy arrays have at most 64 axes."""


def check_length(text: object) -> None:
    """Raise `PatternError` for a text too long to process, or even to look up in a cache."""
    if isinstance(text, str) and len(text) > MAX_LENGTH:
        raise PatternError(
            f"the pattern has {len(text)} characters, and the limit is {MAX_LENGTH}: "
            f"{shorten(text)}",
        )


def bounded(items: Iterable[T], what: str, most: int = MAX_OPERANDS) -> list[T]:
    """`items` as a list; `ArgumentError` if there are more than `most`, or no end.

    >>> bounded(range(3), "positions")
    [0, 1, 2]
    """
    found = list(itertools.islice(items, most + 1))
    if len(found) > most:
        raise ArgumentError(f"there are more than {most} {what}, which is the limit")
    return found


def check_limits(text: object, notation: str) -> str:
    """Return `text` if it is within the limits, else raise."""
    if not isinstance(text, str):
        raise ArgumentTypeError(f"a pattern is a str, and not of type {type(text).__name__}")
    check_length(text)
    if text.count(",") >= MAX_OPERANDS:
        raise PatternError(
            f"the pattern has {text.count(',') + 1} operands, and the limit is {MAX_OPERANDS}: "
            f"{shorten(text)}",
        )
    _check_axes(text, notation)
    return text


def _check_axes(text: str, notation: str) -> None:
    start = 0
    for term in text.replace("->", " ,").split(","):
        labels = len(term.split()) if notation == "named" else len(term.replace(" ", ""))
        if labels > MAX_AXES + (notation == "letters") * 2 * ("..." in term):
            raise refuse(
                f"this term has more than {MAX_AXES} labels, "
                f"but an array has at most {MAX_AXES} axes",
                text,
                start,
            )
        start += len(term) + 1
