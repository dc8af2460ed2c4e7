"""Text that is safe to show in a terminal: invisible and control characters are escaped."""

from __future__ import annotations

import html
import unicodedata

_BLANK = "\u115f\u1160\u2800\u3164\uffa0"
"""Printable characters that look blank."""

_MONOSPACE = "ui-monospace, DejaVu Sans Mono, Menlo, Consolas, monospace"


def visible(text: str) -> str:
    """`text` with escapes for the characters that a terminal does not show in their place.

    These are controls, combining marks, spaces other than the ordinary one, and unassigned code
    points.

    >>> visible("i×") == "i×", visible(chr(0)), visible("a" + chr(0x202E))
    (True, '\\\\x00', 'a\\\\u202e')
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if _is_shown(char) else _escaped(char) for char in text)


def visible_lines(text: str) -> str:
    """`visible` for a text of several lines.

    >>> visible_lines("one" + chr(7) + chr(10) + "two")
    'one\\\\x07\\ntwo'
    """
    return "\n".join(map(visible, text.split("\n")))


def preformatted(text: str) -> str:
    """The text for a notebook, in a monospace font of its own and in its columns.

    >>> preformatted("a < b").endswith(">a &lt; b</pre>")
    True
    """
    style = f"font-family: {_MONOSPACE}; white-space: pre-wrap; word-break: normal"
    return f'<pre style="{style}">{html.escape(visible_lines(text))}</pre>'


def _is_shown(char: str) -> bool:
    return char.isprintable() and unicodedata.category(char)[0] != "M" and char not in _BLANK


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")
