"""Lines to text: plain, or in terminal colours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from einsum_grad.explain.blocks import Line, Span
from einsum_grad.visible import visible

Style = Callable[[Span], str]
"""How a span looks."""


def plain(span: Span) -> str:
    """The text alone."""
    return span.text


def coloured(span: Span) -> str:
    """The text in the ANSI colour of its role."""
    code = _ANSI.get(span.role)
    return f"\x1b[{code}m{span.text}\x1b[0m" if code and span.text else span.text


def styled(lines: Iterable[Line], style: Style) -> str:
    """The lines as one text without a final line feed; invisible characters are escaped."""
    return "\n".join("".join(style(_shown(span)) for span in line).rstrip() for line in lines)


def _shown(span: Span) -> Span:
    return span._replace(text=visible(span.text))


_ANSI: Mapping[str, str] = {
    "left": "1",
    "sum": "36",
    "pattern": "32",
    "value": "32",
    "sentence": "33",
    "row": "2",
    "remark": "2",
}
