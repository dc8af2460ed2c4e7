"""Laying out lines of code that may get long."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

WIDTH = 100
_INDENT = "    "


def wrapped(opening: str, items: Iterable[str], closing: str) -> list[str]:
    """`opening`, the items divided by commas, and `closing`: on one line, or one item a line block.

    >>> wrapped("def f(", ["x", "w"], "):")
    ['def f(x, w):']
    """
    items = list(items)
    line = f"{opening}{', '.join(items)}{closing}"
    if len(line) <= WIDTH:
        return [line]
    margin = opening[: len(opening) - len(opening.lstrip())]
    inside = textwrap.wrap(
        ", ".join(items) + ",",
        WIDTH,
        initial_indent=margin + _INDENT,
        subsequent_indent=margin + _INDENT,
        break_long_words=False,
    )
    return [opening, *inside, margin + closing]


def comment(text: str) -> list[str]:
    """`text` as comment lines."""
    return [f"# {line}" for line in textwrap.wrap(text, WIDTH - 6, break_long_words=False)]


def indented(lines: Sequence[str]) -> list[str]:
    """`lines` a level deeper; empty lines stay empty."""
    return [f"{_INDENT}{line}" if line else "" for line in lines]


def returned(names: Sequence[str]) -> list[str]:
    """The statement that returns a tuple of `names`."""
    if len(names) < 2:
        return [f"return {tupled(names)}"]
    line = f"return {', '.join(names)}"
    return [line] if len(line) <= WIDTH - 4 else wrapped("return (", names, ")")


def unpacked(names: Sequence[str]) -> str:
    """The left side of an assignment that takes a tuple apart.

    >>> unpacked(["x"]), unpacked(["x", "w"])
    ('(x,)', 'x, w')
    """
    return f"({names[0]},)" if len(names) == 1 else ", ".join(names)


def tupled(names: Sequence[str]) -> str:
    """How a docstring says a tuple of `names`; a long one by its ends.

    >>> tupled([]), tupled(["dx"]), tupled(["dx", "dw"])
    ('()', '(dx,)', '(dx, dw)')
    """
    if len(names) == 1:
        return f"({names[0]},)"
    return f"({', '.join(names if len(names) <= 12 else [*names[:2], '...', names[-1]])})"
