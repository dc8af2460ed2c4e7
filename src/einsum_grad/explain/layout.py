"""Blocks to lines. How they look is up to `styles`."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from einsum_grad.explain.blocks import Block, Line, Row, Span, Writer
from einsum_grad.visible import visible

WIDTH = 100
"""If lines would be wider than this, remarks go below instead of beside."""

INDENT = "    "
"""The indentation of remarks, sentences and tables."""

_GAP = 4
_NAME = 10


def lines(writer: Writer) -> Iterator[Line]:
    """The lines of the forward, the gradients and the rest, separated by blank ones."""
    parts = ([writer.forward()], list(writer.gradients()), list(writer.closing()))
    for number, blocks in enumerate(part for part in parts if part):
        if number:
            yield ()
        yield from block_lines(blocks)


def block_lines(blocks: Sequence[Block]) -> Iterator[Line]:
    """The lines of blocks, with their remarks in one column if there is room."""
    column = max(_width(block.head) for block in blocks) + 6
    beside = all(column + _width(block.remark) <= WIDTH for block in blocks)
    for block in blocks:
        if beside and block.remark:
            yield (*block.head, space(column - _width(block.head)), *block.remark)
        else:
            yield block.head
        if block.remark and not beside:
            yield (Span("", INDENT), *block.remark)
        yield from ((Span("", INDENT), Span("sentence", text)) for text in block.sentences)
        yield from _table(block.rows)


def _table(rows: Sequence[Row]) -> Iterator[Line]:
    column = max((columns(row.value) for row in rows if row.remark), default=0) + _GAP
    for name, value, remark in rows:
        head = (Span("", INDENT), Span("row", name), space(_NAME - len(name)))
        end = (space(column - columns(value)), Span("remark", remark)) if remark else ()
        yield (*head, Span("value", value), *end)


def columns(text: str) -> int:
    """The width of `text` in a terminal.

    >>> columns("ij"), columns("時間")
    (2, 4)
    """
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in visible(text))


def _width(line: Line) -> int:
    return sum(columns(span.text) for span in line)


def space(width: int) -> Span:
    """A gap."""
    return Span("", " " * width)


def wrapped(pieces: Iterable[Span], width: int) -> Iterator[Line]:
    """The pieces, wrapped; a line is wider than `width` only if a single piece is.

    >>> list(wrapped([Span("", "X[i]"), Span("", " · W[i]"), Span("", " · V[i]")], 12))
    [(Span(role='', text='X[i]'), Span(role='', text=' · W[i]')), (Span(role='', text='· V[i]'),)]
    """
    line: list[Span] = []
    for piece in pieces:
        if line and _width((*line, piece)) > width:
            yield tuple(line)
            line = []
        line.append(piece if line else piece._replace(text=piece.text.lstrip(" ")))
    yield tuple(line)
