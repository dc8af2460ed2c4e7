"""A derivation to text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from einsum_grad.explain.blocks import Line, Span, Writer, left_out
from einsum_grad.explain.derived import ShownLine, facts, parts
from einsum_grad.explain.explained import Explained
from einsum_grad.explain.spelling import UNICODE, Spelling
from einsum_grad.explain.text.layout import (
    INDENT,
    WIDTH,
    beside,
    block_lines,
    columns,
    sentence_lines,
    space,
)
from einsum_grad.explain.text.styles import Style, plain, styled

_WIDEST_LEFT = 30
"""If the left side is wider than this, the right side goes below it."""


def text(
    explained: Explained, style: Style = plain, spelling: Spelling = UNICODE, width: int = WIDTH
) -> str:
    """The derivation as text; for the choices see the modules `styles` and `spelling`."""
    return styled(_lines(explained, spelling, width), style)


def _lines(explained: Explained, spelling: Spelling, width: int) -> Iterator[Line]:
    """The element, then a part for each gradient, with blank lines between them."""
    first, *gradients = parts(explained, spelling)
    lefts = (columns(row.left) for part in (first, *gradients) for row in part)
    widest = min(_WIDEST_LEFT, width // 2)
    column = max((found for found in lefts if found <= widest), default=len(INDENT))
    yield from _part_lines(first, column, width)
    for block in Writer(explained, spelling).meaning():
        yield ()
        yield from block_lines([block], width)
    for gradient, part in zip(explained.gradients, gradients, strict=True):
        yield ()
        yield from _part_lines(part, column, width)
        for fact in facts(explained, gradient):
            yield from sentence_lines(fact.sentence, width)
    for block in left_out(explained):
        yield ()
        yield from block_lines([block], width)


def _part_lines(rows: Sequence[ShownLine], column: int, width: int) -> Iterator[Line]:
    for row in rows:
        yield from _row_lines(row, column, width)
        yield from sentence_lines(f"{row.line.rule}: {row.sentence}", width)


def _row_lines(row: ShownLine, column: int, width: int) -> Iterator[Line]:
    """The row; a left side that is too wide has a line of its own."""
    left, wide = row.left, columns(row.left)
    if wide > column:
        yield (Span("left", left),)
        left, wide = "", 0
    head: Line = (Span("left", left), space(column - wide), Span("", row.sign))
    yield from beside(head, row.right, width)
