"""A Jacobian or a Hessian to text: the equation, the patterns, and their numbers of entries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from einsum_grad.explain.blocks import Block, Row, Span
from einsum_grad.explain.derivative import compressed, dense, quotient, right_pieces
from einsum_grad.explain.spelling import UNICODE, Spelling, is_compact, pattern_text
from einsum_grad.explain.text.layout import WIDTH, block_lines
from einsum_grad.explain.text.styles import Style, plain, styled
from einsum_grad.lower.cost import Term
from einsum_grad.plan import Derivative, Names


def text(
    derivative: Derivative,
    sizes: Mapping[str, int],
    notation: str = "letters",
    names: Names | None = None,
    style: Style = plain,
    spelling: Spelling = UNICODE,
    width: int = WIDTH,
) -> str:
    """The derivative as text; `sizes` are the known ones."""
    pieces = right_pieces(derivative, spelling, names)
    head = (
        Span("left", quotient(derivative, spelling, names)),
        Span("", spelling.equals),
        *(Span("", piece) for piece in pieces),
    )
    table = tuple(rows(derivative, sizes, notation, spelling))
    return styled(block_lines([Block(head, rows=table)], width), style)


def rows(
    derivative: Derivative, sizes: Mapping[str, int], notation: str, spelling: Spelling
) -> Iterator[Row]:
    """The patterns of the terms, and how many numbers the derivative has and needs."""
    compact = is_compact(derivative.pattern, notation)
    for term in derivative.terms:
        yield Row("pattern", pattern_text(term.dense, compact))
    yield Row("dense", _numbers(dense(derivative), sizes, spelling))
    yield Row("compressed", _numbers(compressed(derivative, sizes), sizes, spelling))


def _numbers(terms: Sequence[Term], sizes: Mapping[str, int], spelling: Spelling) -> str:
    """A sum of products of sizes; those of known sizes are added up."""
    known = [term.at(sizes) for term in terms]
    count = sum(term.count for term in known if not term.labels)
    open_ = [spelling.times.strip().join(str(term).split("·")) for term in known if term.labels]
    parts = [*open_, *([str(count)] if count or not open_ else [])]
    return f"{' + '.join(parts)} {'number' if parts == ['1'] else 'numbers'}"
