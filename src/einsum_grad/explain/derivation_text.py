"""A derivation to text, for terminals and notebooks, and to LaTeX."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from einsum_grad.explain.blocks import Line, Span, left_out, right_spans
from einsum_grad.explain.derived import element, facts, lines, pattern
from einsum_grad.explain.explained import Explained
from einsum_grad.explain.layout import INDENT, WIDTH, block_lines, columns, space, wrapped
from einsum_grad.explain.rules import sentence
from einsum_grad.explain.spelling import LATEX, UNICODE, Spelling, left_side
from einsum_grad.explain.styles import Style, plain, styled
from einsum_grad.explain.text import ROW_END
from einsum_grad.plan import Derived, Rule
from einsum_grad.visible import visible

_WIDEST_LEFT = 30
"""If the left side is wider than this, the right side goes below it."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A line as shown; a left side equal to that of the previous row is left out."""

    line: Derived
    left: str
    sign: str
    right: tuple[Span, ...]


def text(explained: Explained, style: Style = plain, spelling: Spelling = UNICODE) -> str:
    """The derivation as text; for the choices see the modules `styles` and `spelling`."""
    return styled(_lines(explained, spelling), style)


def latex(explained: Explained) -> str:
    """The derivation in LaTeX, a row of an `align*` for each line."""
    rows = []
    for row in (row for part in _parts(explained, LATEX) for row in part):
        right = "".join(span.text for span in row.right)
        sign = row.sign.strip() or r"\quad"
        rows.append(rf"{row.left} &{sign} {right} && \text{{{row.line.rule}}}".lstrip())
    return ROW_END.join(rows)


def _lines(explained: Explained, spelling: Spelling) -> Iterator[Line]:
    """The element, then a part for each gradient, with blank lines between them."""
    first, *gradients = _parts(explained, spelling)
    lefts = (columns(row.left) for part in (first, *gradients) for row in part)
    column = max((width for width in lefts if width <= _WIDEST_LEFT), default=len(INDENT))
    yield from _part_lines(first, column, spelling)
    for gradient, part in zip(explained.gradients, gradients, strict=True):
        yield ()
        yield from _part_lines(part, column, spelling)
        for fact in facts(explained, gradient):
            yield from _sentence_lines(fact.sentence)
    for block in left_out(explained):
        yield ()
        yield from block_lines([block])


def _parts(explained: Explained, spelling: Spelling) -> Iterator[tuple[_Row, ...]]:
    """The rows of the element, which all gradients share, and those of each gradient."""
    yield tuple(_rows(explained, (element(explained),), spelling))
    for gradient in explained.gradients:
        yield tuple(_rows(explained, lines(explained, gradient)[1:], spelling))


def _rows(explained: Explained, lines: Sequence[Derived], spelling: Spelling) -> Iterator[_Row]:
    before = ""
    for line in lines:
        left = left_side(line.formula, spelling)
        if line.rule is Rule.PATTERN:
            shown = spelling.pattern(pattern(explained, line, short=True))
            yield _Row(line, "", " " * len(spelling.equals), (Span("pattern", shown),))
        else:
            shown = "" if left == before else left
            yield _Row(line, shown, spelling.equals, tuple(right_spans(line.formula, spelling)))
        before = left


def _part_lines(rows: Sequence[_Row], column: int, spelling: Spelling) -> Iterator[Line]:
    for row in rows:
        yield from _row_lines(row, column)
        yield from _sentence_lines(f"{row.line.rule}: {sentence(row.line, spelling)}")


def _sentence_lines(told: str) -> Iterator[Line]:
    words = (Span("sentence", f" {word}") for word in visible(told).split())
    for line in wrapped(words, WIDTH - len(INDENT)):
        yield (Span("", INDENT), *line)


def _row_lines(row: _Row, column: int) -> Iterator[Line]:
    """The row; a right side that is too wide wraps."""
    left, width = row.left, columns(row.left)
    if width > column:
        yield (Span("left", left),)
        left, width = "", 0
    indent = column + len(row.sign)
    head: Line = (Span("left", left), space(column - width), Span("", row.sign))
    for line in wrapped(row.right, WIDTH - indent):
        yield (*head, *line)
        head = (space(indent),)
