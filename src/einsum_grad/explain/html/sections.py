"""`Explained` to sections of HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from einsum_grad.explain.blocks import Block, Row, Writer, left_out, meaning
from einsum_grad.explain.derived import ShownLine, parts
from einsum_grad.explain.drawing.drawing import MOST_NODES, MOST_OPERANDS, drawn
from einsum_grad.explain.drawing.svg import escaped
from einsum_grad.explain.explained import Explained
from einsum_grad.explain.html.mathml import MATHML, formula_pieces, in_pieces, math, typeset
from einsum_grad.explain.rules import sentence
from einsum_grad.explain.spelling import UNICODE
from einsum_grad.plan import Gradient, Rule


def explanation(explained: Explained) -> str:
    """The pattern, each gradient with its drawing and derivation, and the costs."""
    writer = Writer(explained, UNICODE)
    forward, gradients = writer.forward(), list(writer.gradients())
    first, *derivations = parts(explained, MATHML)
    body = [
        _title(explained),
        _beside(
            _drawing(explained, None),
            [formula(typeset(explained.forward_formula())), *_told(forward), *_loss(explained)],
        ),
    ]
    for gradient, block, lines in zip(explained.gradients, gradients, derivations, strict=True):
        body.append(_gradient(explained, gradient, block, [*first, *lines]))
    costs = [("forward", forward), *zip(_called(explained), gradients, strict=True)]
    body.append(_costs(costs, list(writer.closing())))
    return "\n".join(body)


def derivation(explained: Explained) -> str:
    """The pattern, and the derivation of each gradient."""
    first, *derivations = parts(explained, MATHML)
    body = [_title(explained), *_lines(first), *_loss(explained)]
    for name, lines in zip(_called(explained), derivations, strict=True):
        body += [f"<h3>{escaped(name)}</h3>", *_lines(lines)]
    body += [_paragraph(block.head[0].text) for block in left_out(explained)]
    return "\n".join(body)


def table(rows: Iterable[Row]) -> str:
    """A table of names, values and remarks."""
    return "\n".join(["<table>", *map(_row, rows), "</table>"])


def _row(row: Row) -> str:
    remark = f' <span class="eg-remark">{escaped(row.remark)}</span>' if row.remark else ""
    value = _ARROW.sub(r'<span class="eg-pattern">\g<0></span>', escaped(row.value))
    return f'<tr><th scope="row">{escaped(row.name)}</th><td>{value}{remark}</td></tr>'


_ARROW = re.compile(r"\S{,30}-&gt;\S{,30}")
"""A pattern, which a browser would break after its hyphen."""


def _title(explained: Explained) -> str:
    return f"<h2><code>{escaped(explained.spell(explained.pattern, short=True))}</code></h2>"


def _called(explained: Explained) -> list[str]:
    return [f"d{explained.operands[gradient.operand]}" for gradient in explained.gradients]


def _gradient(
    explained: Explained, gradient: Gradient, block: Block, lines: Sequence[ShownLine]
) -> str:
    name = explained.operands[gradient.operand]
    put, pattern = (span.text.strip() for span in block.remark)
    content = [
        formula(typeset(explained.gradient_formula(gradient))),
        f"<p>{escaped(put)} <code>{escaped(pattern)}</code></p>",
        *_told(block),
        _folded("derivation, line by line", _lines(lines)),
    ]
    figure = _drawing(explained, gradient.operand) if len(explained.operands) <= MOST_NODES else ""
    title = f"<h3>The gradient of {escaped(name)}</h3>"
    return f"<article>\n{title}\n{_beside(figure, content)}\n</article>"


def _told(block: Block) -> Iterator[str]:
    """The sentences, and the table without the costs, which have one of their own."""
    if block.sentences:
        reasons = "".join(f"<li>{escaped(sentence)}</li>" for sentence in block.sentences)
        yield f'<ul class="eg-reason">{reasons}</ul>'
    if rows := [row for row in block.rows if row.name != "cost"]:
        yield table(rows)


def _loss(explained: Explained) -> Iterator[str]:
    """What the cotangent is."""
    if explained.gradients:
        names = explained.names
        before, _, after = meaning(names, lambda loss, output: "?").partition("?")
        loss, output = f"<mi>{names.loss}</mi>", f"<mi>{escaped(names.output)}</mi>"
        shown = math(MATHML.derivative(loss, output))
        yield f"<p>{escaped(before)}{shown}{escaped(after)}</p>"


def _costs(parts: Sequence[tuple[str, Block]], closing: Sequence[Block]) -> str:
    """The costs of the forward and of each gradient, and what there is to say of all."""
    rows = [
        Row(name, row.value) for name, block in parts for row in block.rows if row.name == "cost"
    ]
    told = [_paragraph("".join(span.text for span in block.head)) for block in closing]
    tables = [table(block.rows) if block.rows else "" for block in closing]
    more = [part for pair in zip(told, tables, strict=True) for part in pair if part]
    return "\n".join(["<article>", "<h3>Costs</h3>", table(rows), *more, "</article>"])


def _lines(lines: Iterable[ShownLine]) -> Iterator[str]:
    """The lines of a derivation, each with its rule below."""
    for line in lines:
        if line.line.rule is Rule.PATTERN:
            yield f'<p class="eg-formula"><code>{_text(line)}</code></p>'
        else:
            yield formula(in_pieces(line.left, formula_pieces(line.line.formula)))
        rule = f"<b>{escaped(str(line.line.rule))}</b>: {escaped(sentence(line.line, UNICODE))}"
        yield f'<p class="eg-rule">{rule}</p>'


def _text(line: ShownLine) -> str:
    return escaped("".join(span.text for span in line.right))


def _drawing(explained: Explained, wrt: int | None) -> str:
    if len(explained.operands) > MOST_OPERANDS:
        return ""
    made = drawn(
        explained.pattern,
        explained.names,
        explained.sizes,
        explained.notation,
        explained.order,
        wrt,
        style=False,
    )
    return f"<figure>\n{made.svg}\n</figure>"


def _beside(figure: str, content: Iterable[str]) -> str:
    """A figure, and beside it, where there is room, the rest."""
    return "\n".join(['<div class="eg-beside">', figure, "<div>", *content, "</div>", "</div>"])


def formula(content: str) -> str:
    """An equation on lines of its own."""
    return f'<p class="eg-formula">{content}</p>'


def _paragraph(text: str) -> str:
    return f'<p class="eg-remark">{escaped(text)}</p>'


def _folded(summary: str, content: Iterable[str], is_open: bool = False) -> str:
    shown = " open" if is_open else ""
    return "\n".join(
        [f"<details{shown}><summary>{escaped(summary)}</summary>", *content, "</details>"]
    )


def code(text: str, target: str, is_open: bool) -> str:
    """The generated module, folded unless it is asked for."""
    block = f'<pre class="eg-code" tabindex="0"><code>{escaped_lines(text)}</code></pre>'
    return _folded(f"code for {target}", [block], is_open)


def escaped_lines(text: str) -> str:
    """A text of several lines as HTML."""
    return "\n".join(map(escaped, text.split("\n")))
