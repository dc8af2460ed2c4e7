"""A pattern quoted in a message, with a caret under the mistake."""

from __future__ import annotations

import unicodedata

from einsum_grad.errors import PatternError
from einsum_grad.visible import visible

_BEFORE, _AFTER = 50, 25


def refuse(message: str, text: str, position: int) -> PatternError:
    """Return the error that says `message` and points at `position` of `text`.

    >>> print(refuse("here is a full stop", "i.j", 1))
    here is a full stop
        i.j
         ^
    """
    return PatternError(f"{message}\n{pointed(text, position)}", text, position)


def pointed(text: str, position: int) -> str:
    """The part of `text` around `position` on one line, and a caret below the position."""
    start, stop = max(0, position - _BEFORE), position + _AFTER
    head = ("…" if start else "") + visible(text[start:position])
    tail = visible(text[position:stop]) + ("…" if stop < len(text) else "")
    return f"    {head}{tail}\n    {' ' * _columns(head)}^"


def shorten(text: str, length: int = 40) -> str:
    """The first characters of `text`, escaped where invisible, in quotation marks."""
    return f"'{visible(text[:length])}{'…' if len(text) > length else ''}'"


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
