"""Blocks to lines. How they look is up to `styles`."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from einsum_grad.explain.blocks import Block, Line, Row, Span, Writer
from einsum_grad.visible import visible

WIDTH = 100
"""The columns of a text that goes to no terminal."""

INDENT = "    "
"""The indentation of remarks, sentences and tables."""

_GAP = 4
_NAME = 10
_NARROWEST = 20
"""Columns that a text is given even where the terminal has fewer."""


def lines(writer: Writer, width: int = WIDTH) -> Iterator[Line]:
    """The lines of the forward, each gradient and the rest, separated by blank ones."""
    forward, closing = [writer.forward()], list(writer.closing())
    yield from block_lines(forward, width)
    for block in writer.meaning():
        yield ()
        yield from block_lines([block], width)
    yield from _apart(list(writer.gradients()), width)
    if closing:
        yield ()
        yield from block_lines(closing, width)


def _apart(blocks: Sequence[Block], width: int) -> Iterator[Line]:
    """The blocks with a blank line before each, and their remarks in one column."""
    column = remark_column(blocks, width)
    for block in blocks:
        yield ()
        yield from _block_lines(block, column, width)


def block_lines(blocks: Sequence[Block], width: int = WIDTH) -> Iterator[Line]:
    """The lines of blocks, with their remarks in one column if there is room."""
    column = remark_column(blocks, width)
    for block in blocks:
        yield from _block_lines(block, column, width)


def remark_column(blocks: Sequence[Block], width: int) -> int | None:
    """The column of the remarks; None if there is no room, so that they go below the heads."""
    column = max((_width(block.head) for block in blocks), default=0) + 6
    fits = all(column + _width(block.remark) <= width for block in blocks)
    return column if fits else None


def _block_lines(block: Block, column: int | None, width: int) -> Iterator[Line]:
    if column is not None and block.remark:
        yield (*block.head, space(column - _width(block.head)), *block.remark)
    else:
        left, right = (block.head[:2], block.head[2:]) if len(block.head) > 2 else ((), block.head)
        yield from beside(left, right, width)
    if column is None and block.remark:
        yield from beside((Span("", INDENT),), block.remark, width)
    for sentence in block.sentences:
        yield from sentence_lines(sentence, width)
    yield from _table(block.rows, width)


def sentence_lines(text: str, width: int) -> Iterator[Line]:
    """A sentence, indented and wrapped."""
    return beside((Span("", INDENT),), words(Span("sentence", text)), width)


def _table(rows: Sequence[Row], width: int) -> Iterator[Line]:
    column = max((columns(row.value) for row in rows if row.remark), default=0) + _GAP
    names = max((_NAME, *(len(row.name) + 2 for row in rows)))
    for name, value, remark in rows:
        head = (Span("", INDENT), Span("row", name), space(names - len(name)))
        row, told = Span("value", value), Span("remark", remark)
        if remark and _width(head) + column + columns(remark) <= width:
            yield (*head, row, space(column - columns(value)), told)
        else:
            yield from beside(head, words(row), width)
            if remark:
                yield from beside((space(_width(head)),), words(told), width)


def columns(text: str) -> int:
    """The width of `text` in a terminal.

    >>> columns("ij"), columns("時間")
    (2, 4)
    """
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in visible(text))


def _width(line: Iterable[Span]) -> int:
    return sum(columns(span.text) for span in line)


def space(width: int) -> Span:
    """A gap."""
    return Span("", " " * width)


def words(span: Span) -> list[Span]:
    """The words of a span, each with the spaces before it.

    >>> [word.text for word in words(Span("", "every i  and j"))]
    ['every', ' i', '  and', ' j']
    """
    pieces = span.text.replace(" ", "\n ").replace(" \n ", "  ").split("\n")
    return [span._replace(text=piece) for piece in pieces]


def beside(head: Line, pieces: Iterable[Span], width: int) -> Iterator[Line]:
    """`head`, and beside it the pieces, wrapped; below it if it leaves less than half the room."""
    pieces, indent = list(pieces), _width(head)
    if indent > width // 2 and indent + _width(pieces) > width:
        yield head
        head, indent = (space(2 * len(INDENT)),), 2 * len(INDENT)
    for line in wrapped(pieces, max(_NARROWEST, width - indent)):
        yield (*head, *line)
        head = (space(indent),)


def wrapped(pieces: Iterable[Span], width: int) -> Iterator[Line]:
    """The pieces, wrapped; a line is wider than `width` only if a single piece is.

    A piece that is too wide is broken into its words, and those after their commas.

    >>> list(wrapped([Span("", "X[i]"), Span("", " · W[i]"), Span("", " · V[i]")], 12))
    [(Span(role='', text='X[i]'), Span(role='', text=' · W[i]')), (Span(role='', text='· V[i]'),)]
    """
    line: list[Span] = []
    for piece in itertools.chain.from_iterable(_parts(piece, width) for piece in pieces):
        if line and _width((*line, piece)) > width:
            yield tuple(line)
            line = []
        line.append(piece if line else piece._replace(text=piece.text.lstrip(" ")))
    yield tuple(line)


def _parts(piece: Span, width: int) -> list[Span]:
    if columns(piece.text) <= width:
        return [piece]
    if " " in piece.text.strip():
        return [part for word in words(piece) for part in _parts(word, width)]
    return [piece._replace(text=part) for part in piece.text.replace(",", ",\n").split("\n")]
