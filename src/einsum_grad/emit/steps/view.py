"""Views: arrays whose axes are permuted, inserted or dropped without a copy."""

from __future__ import annotations

from einsum_grad.emit.text.tree import Call, Expression, call
from einsum_grad.plan import ELLIPSIS, UNIT, Labels, distinct


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


def diagonal(array: Expression, labels: Labels) -> Expression:
    """A view of `array` on its diagonals, with each label once; two axes at a time.

    The operation `diagonal of two` puts the axis of the diagonal last. Axes after an ellipsis are
    counted from the end.

    >>> diagonal("x", ("i", "i", "j")).args
    (Call(operation='diagonal of two', args=('x', 0, 1), options=()), 1, 0)
    """
    view, left = diagonal_as_it_lies(array, labels)
    return transposed(view, left, distinct(labels))


def diagonal_as_it_lies(array: Expression, labels: Labels) -> tuple[Expression, Labels]:
    """The same with its axes in the order in which they come, and that order."""
    view, left = array, _places(labels)
    for label, count in reversed([place for place in left if place[1]]):
        pair = (label, count - 1), (label, count)
        end = len(left) if ELLIPSIS in labels else 0
        view = call("diagonal of two", view, *(left.index(place) - end for place in pair))
        left = (*(place for place in left if place not in pair), pair[0])
    return view, tuple(label for label, _ in left)


def embedded(array: Expression, given: Labels, output: Labels) -> Expression:
    """Zeros with `array` on the diagonals of the repeated labels of `output`; two axes at a time.

    The operation `embed in two` makes two axes of the last one, and places them.

    >>> embedded("x", ("i",), ("i", "i"))
    Call(operation='embed in two', args=('x', 0, 1, 2), options=())
    """
    made, left, wanted = array, _places(given), _places(output)
    for label, count in (place for place in wanted if place[1]):
        pair = (label, count - 1), (label, count)
        after = tuple(place for place in wanted if place in left or place == pair[1])
        others = tuple(place for place in after if place not in pair)
        made = _turned(made, left, (*others, pair[0]))
        made = call("embed in two", made, *map(after.index, pair), len(after))
        left = after
    return _turned(made, left, wanted)


_Places = tuple[tuple[str, int], ...]


def _places(labels: Labels) -> _Places:
    """Each label, with how often it stands before."""
    return tuple((label, labels[:axis].count(label)) for axis, label in enumerate(labels))


def _turned(array: Expression, given: _Places, wanted: _Places) -> Expression:
    return array if given == wanted else Call("transpose", (array, *map(given.index, wanted)))


def indexed(array: Expression, labels: Labels, unit: str) -> Call:
    """`array` with an index: `unit` for each unit of `labels`, a colon for other axes."""
    return Call(
        "index", (array, *({UNIT: unit, ELLIPSIS: "..."}.get(label, ":") for label in labels))
    )
