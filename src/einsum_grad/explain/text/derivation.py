"""A derivation to text, and to LaTeX."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from einsum_grad.explain.blocks import Line, Span, Writer, left_out, right_spans
from einsum_grad.explain.derived import element, facts, lines, pattern
from einsum_grad.explain.explained import Explained
from einsum_grad.explain.latex import ROW_END
from einsum_grad.explain.rules import sentence
from einsum_grad.explain.spelling import LATEX, UNICODE, Spelling, left_side
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
from einsum_grad.plan import Derived, Rule

_WIDEST_LEFT = 30
"""If the left side is wider than this, the right side goes below it."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A line as shown; a left side equal to that of the previous row is left out."""

    line: Derived
    left: str
    sign: str
    right: tuple[Span, ...]
    sentence: str


def text(
    explained: Explained, style: Style = plain, spelling: Spelling = UNICODE, width: int = WIDTH
) -> str:
    """The derivation as text; for the choices see the modules `styles` and `spelling`."""
    return styled(_lines(explained, spelling, width), style)


def latex(explained: Explained) -> str:
    """The derivation in LaTeX, a row of an `align*` for each line."""
    rows = []
    for row in (row for part in _parts(explained, LATEX) for row in part):
        right = "".join(span.text for span in row.right)
        sign = row.sign.strip() or r"\quad"
        rows.append(rf"{row.left} &{sign} {right} && \text{{{row.line.rule}}}".lstrip())
    return ROW_END.join(rows)


def _lines(explained: Explained, spelling: Spelling, width: int) -> Iterator[Line]:
    """The element, then a part for each gradient, with blank lines between them."""
    first, *gradients = _parts(explained, spelling)
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


def _parts(explained: Explained, spelling: Spelling) -> Iterator[tuple[_Row, ...]]:
    """The rows of the element, which all gradients share, and those of each gradient."""
    yield tuple(_rows(explained, (element(explained),), spelling))
    for gradient in explained.gradients:
        yield tuple(_rows(explained, lines(explained, gradient)[1:], spelling))


def _rows(explained: Explained, lines: Sequence[Derived], spelling: Spelling) -> Iterator[_Row]:
    before = ""
    for line in lines:
        left, told = left_side(line.formula, spelling), sentence(line, spelling)
        if line.rule is Rule.PATTERN:
            shown = spelling.pattern(pattern(explained, line, short=True))
            yield _Row(line, "", " " * len(spelling.equals), (Span("pattern", shown),), told)
        else:
            shown = "" if left == before else left
            right = tuple(right_spans(line.formula, spelling))
            yield _Row(line, shown, spelling.equals, right, told)
        before = left


def _part_lines(rows: Sequence[_Row], column: int, width: int) -> Iterator[Line]:
    for row in rows:
        yield from _row_lines(row, column, width)
        yield from sentence_lines(f"{row.line.rule}: {row.sentence}", width)


def _row_lines(row: _Row, column: int, width: int) -> Iterator[Line]:
    """The row; a left side that is too wide has a line of its own."""
    left, wide = row.left, columns(row.left)
    if wide > column:
        yield (Span("left", left),)
        left, wide = "", 0
    head: Line = (Span("left", left), space(column - wide), Span("", row.sign))
    yield from beside(head, row.right, width)
