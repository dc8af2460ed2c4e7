"""Views: arrays whose axes are permuted, inserted or dropped without a copy."""

from __future__ import annotations

from einsum_grad.emit.tree import Call, Expression
from einsum_grad.plan import ELLIPSIS, UNIT, Labels


def transposed(array: Expression, given: Labels, output: Labels) -> Expression:
    """`array`, whose axes are `given`, with the axes `output`."""
    if given == output:
        return array
    return Call("transpose", (array, *map(given.index, output)))


def inserted(array: Expression, given: Labels, output: Labels) -> Expression:
    """`array`, whose axes are `given`, with an axis of size 1 for what it lacks of `output`."""
    if given == output:
        return array
    return indexed(array, tuple(label if label in given else UNIT for label in output), "None")


def aligned(array: Expression, given: Labels, output: Labels) -> Expression:
    """`array`, whose axes are `given`, so that it broadcasts against one with axes `output`."""
    kept = tuple(label for label in output if label in given)
    needed = output[output.index(kept[0]) :] if kept else ()
    return inserted(transposed(array, given, kept), kept, needed)


def indexed(array: Expression, labels: Labels, unit: str) -> Call:
    """`array` with an index: `unit` for each unit of `labels`, a colon for other axes."""
    return Call(
        "index", (array, *({UNIT: unit, ELLIPSIS: "..."}.get(label, ":") for label in labels))
    )
