"""`Pattern` to the tree of its contraction, with what each step costs, as SVG."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from einsum_grad.explain.amounts import in_labels
from einsum_grad.explain.drawing.svg import escaped, svg
from einsum_grad.explain.spelling import UNICODE, is_compact, pattern_text
from einsum_grad.explain.text.layout import columns
from einsum_grad.lower.cost import Term
from einsum_grad.plan import Names, Network, Node, Path, Pattern, drop_units, pairwise

_ROW, _COLUMN = 26, 9.2
"""The height of a row and the width of a character."""

_INDENT, _DEEPEST = 18, 700
"""The indentation of a level, and of all of them together at most."""

_MARGIN = 16


@dataclass(frozen=True, slots=True)
class Row:
    """An operand or a step, how deep it stands, and the row of the step that takes it."""

    text: str
    cost: str
    depth: int
    above: int
    kind: str


def tree(
    pattern: Pattern,
    path: Path,
    names: Names,
    sizes: Mapping[str, int],
    notation: str,
    title: str,
    remark: str = "",
    wrt: int | None = None,
    style: bool = True,
) -> str:
    """The tree as an SVG element; the steps through which the gradient by `wrt` goes are marked."""
    rows = list(_rows(pairwise(pattern, path), names, sizes, notation, wrt))
    deepest = max(row.depth for row in rows)
    indent = min(_INDENT, _DEEPEST / max(deepest, 1))
    places = [
        (_MARGIN + row.depth * indent, _MARGIN + _ROW * (at + 0.5)) for at, row in enumerate(rows)
    ]
    widest = max(x + _COLUMN * columns(row.text) for (x, _), row in zip(places, rows, strict=True))
    right = widest + 40
    width = right + _COLUMN * max(columns(row.cost) for row in rows) + _MARGIN
    height = 2 * _MARGIN + _ROW * (len(rows) + bool(remark))
    body = [_path(rows, places)]
    for row, (x, y) in zip(rows, places, strict=True):
        body.append(_written(x + 12, y, row.text, row.kind))
        body.append(_written(right, y, row.cost, "eg-remark"))
    if remark:
        body.append(_written(_MARGIN, height - _MARGIN - _ROW / 2, remark, "eg-remark"))
        width = max(width, 2 * _MARGIN + _COLUMN * columns(remark))
    told = (f"{row.text}{f', {row.cost}' if row.cost else ''}" for row in rows)
    return svg(f"0 0 {width:.0f} {height:.0f}", title, "; ".join(told), body, style)


def _rows(
    network: Network, names: Names, sizes: Mapping[str, int], notation: str, wrt: int | None
) -> Iterator[Row]:
    """The rows from the output down, each step above what it takes."""
    count = len(network.operands)
    todo, number = [(count + len(network.nodes) - 1, 0, 0)], 0
    marked = _way(network, wrt)
    while todo:
        at, depth, above = todo.pop()
        kind = "eg-marked" if at in marked else "eg-plain"
        if at < count:
            labels = ",".join(drop_units(network.operands[at]))
            name = names.operands[at]
            yield Row(f"{name}[{labels}]" if labels else name, "", depth, above, kind)
        else:
            node = network.nodes[at - count]
            text = pattern_text(node.pattern, is_compact(node.pattern, notation))
            yield Row(text, _cost(node, sizes), depth, above, kind)
            todo += [(arg, depth + 1, number) for arg in reversed(node.args)]
        number += 1


def _way(network: Network, wrt: int | None) -> set[int]:
    """The operand `wrt` and the steps between it and the output."""
    found = set() if wrt is None else {wrt}
    for number, node in enumerate(network.nodes, len(network.operands)):
        if not found.isdisjoint(node.args):
            found.add(number)
    return found


def flops(node: Node) -> Term:
    """What a step costs, as `lower.cost` counts it.

    >>> flops(Node(Pattern((("i", "j"), ("j", "k")), ("i", "k")), (0, 1)))
    Term(count=2, labels=('i', 'j', 'k'))
    """
    pattern = node.pattern
    labels, summed = pattern.input_labels(), bool(pattern.contracted())
    return Term(len(pattern.inputs) - 1 + summed, labels)


def _cost(node: Node, sizes: Mapping[str, int]) -> str:
    term = flops(node)
    return in_labels((term.at(sizes),), UNICODE) if term.count else ""


def _path(rows: list[Row], places: list[tuple[float, float]]) -> str:
    """The lines from each row to the one above that takes it."""
    steps = []
    for row, (x, y) in zip(rows[1:], places[1:], strict=True):
        start, top = places[row.above]
        steps.append(f"M{start + 4:.1f} {top + 10:.1f}V{y:.1f}H{x + 8:.1f}")
    return f'<path d="{" ".join(steps)}"/>'


def _written(x: float, y: float, text: str, kind: str) -> str:
    return f'<text class="eg-start {kind}" x="{x:.1f}" y="{y:.1f}">{escaped(text)}</text>'
