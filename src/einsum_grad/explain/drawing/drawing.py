"""`draw`: a pattern, or the gradient of one of its operands, as a drawing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from einsum_grad.errors import ArgumentError
from einsum_grad.explain.costs import chosen_path
from einsum_grad.explain.drawing.diagram import diagram
from einsum_grad.explain.drawing.svg import network
from einsum_grad.explain.drawing.tree import tree
from einsum_grad.explain.spelling import is_compact, pattern_text
from einsum_grad.plan import AUTO, Names, Operands, Order, Pattern, Shape, Sublists, request

MOST_NODES = 12
"""Of more operands than this, the tree of their contraction is drawn."""

MOST_OPERANDS = 200
"""Of more operands than this there is no drawing."""


@dataclass(frozen=True, slots=True, repr=False)
class Drawing:
    """A drawing as SVG; notebooks show it, and `str()` is the text of a file."""

    title: str
    svg: str

    def __str__(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return f"<drawing: {self.title}>"

    def _repr_svg_(self) -> str:
        return self.svg


def draw(
    pattern: str | Sublists,
    wrt: Operands | None = None,
    sizes: Mapping[str, int] | None = None,
    notation: str = "letters",
    shapes: Sequence[Shape] | None = None,
    optimize: Any = AUTO,
    names: str | Iterable[str] | None = None,
) -> Drawing:
    """Draw a pattern, or the gradient of the operand `wrt`, by its position or name.

    Arrays are nodes and labels are edges. The gradient is the same network: the cotangent stands
    where the output was, and the operand's node is empty. An edge that the result alone has is
    a repeat axis, an edge that splits at a node is a diagonal. Of more than 12 operands, and of at
    most 200, the tree of their contraction is drawn with its costs, and the steps through which the
    gradient goes are marked. The arguments are those of `explain`, and so are the errors.

    >>> drawing = draw("bij,jk->ik", wrt="X")
    >>> drawing
    <drawing: the gradient of bij,jk->ik by X: ik,jk->bij>
    >>> str(drawing).startswith("<svg ")
    True
    """
    asked = request(pattern, wrt, notation, sizes, shapes, optimize, names)
    if wrt is not None and len(asked.wrt) != 1:
        raise ArgumentError("a drawing shows one gradient: wrt must name one operand")
    place = None if wrt is None else asked.wrt[0]
    return drawn(asked.pattern, asked.names, dict(asked.sizes), notation, asked.order, place)


def drawn(
    pattern: Pattern,
    names: Names,
    sizes: Mapping[str, int],
    notation: str,
    order: Order = AUTO,
    wrt: int | None = None,
    style: bool = True,
) -> Drawing:
    """The drawing of a pattern that has been read; without `style` the page has to bring it."""
    compact = is_compact(pattern, notation)
    shown = pattern_text(pattern, compact, short=True)
    title, text = shown, pattern_text(pattern, compact)
    if wrt is not None:
        text = pattern_text(pattern.swap(wrt), compact)
        swapped = pattern_text(pattern.swap(wrt), compact, wrt, short=True)
        title = f"the gradient of {shown} by {names.operands[wrt]}: {swapped}"
    count = len(pattern.inputs)
    if count <= MOST_NODES:
        return Drawing(title, network(diagram(pattern, names, text, wrt), title, style))
    if count > MOST_OPERANDS:
        raise ArgumentError(f"a drawing has at most {MOST_OPERANDS} operands, and not {count}")
    path, ordered = chosen_path(pattern, sizes, order)
    remark = "" if ordered else "from left to right; give all sizes for a better order"
    return Drawing(title, tree(pattern, path, names, sizes, notation, title, remark, wrt, style))
