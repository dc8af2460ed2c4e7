"""The axis order of intermediates, chosen for the pair that reads them."""

from __future__ import annotations

from collections.abc import Sequence

from einsum_grad.plan.path.node import Node
from einsum_grad.plan.pattern import Labels, Pattern, distinct


def for_readers(nodes: Sequence[Node], operands: int) -> tuple[Node, ...]:
    """The same nodes, with the output labels of each pair in the order that suits its reader.

    A matrix product keeps the label order of each factor and puts one factor's labels after the
    other's. Which factor comes first is free, so the reader of the result decides.

    >>> for node in for_readers(
    ...     [
    ...         Node(Pattern((("o", "i", "j"), ("b", "j")), ("o", "i", "b")), (1, 2)),
    ...         Node(Pattern((("b", "i"), ("o", "i", "b")), ("b", "o")), (0, 3)),
    ...     ],
    ...     operands=3,
    ... ):
    ...     print(node.pattern)
    oij,bj->boi
    bi,boi->bo
    """
    readers = {arg: (node, place) for node in nodes for place, arg in enumerate(node.args)}
    found: dict[int, Labels] = {}
    ordered = []
    for number, node in enumerate(nodes, start=operands):
        inputs = tuple(map(found.get, node.args, node.pattern.inputs))
        output = node.pattern.output
        if number in readers:
            output = found[number] = _ordered(Pattern(inputs, output), *readers[number])
        ordered.append(Node(Pattern(inputs, output), node.args))
    return tuple(ordered)


def _ordered(made: Pattern, reader: Node, place: int) -> Labels:
    """The output labels of `made`, which is the argument at `place` of its `reader`."""
    if len(made.inputs) != 2 or len(reader.args) != 2:
        return made.output
    left, right = made.inputs
    shared = tuple(label for label in made.output if label in left and label in right)
    own = [
        tuple(label for label in made.output if label in term and label not in shared)
        for term in made.inputs
    ]
    other, result = reader.pattern.inputs[1 - place], reader.pattern.output
    orders = [(*shared, *own[0], *own[1]), (*shared, *own[1], *own[0])]
    if not made.contracted():
        first = tuple(label for label in result if label in made.output)
        orders.append(distinct((*first, *made.output)))
    return min(orders, key=lambda order: _penalty(order, other, result))


def _penalty(order: Labels, other: Labels, result: Labels) -> tuple[bool, bool]:
    """Whether an order needs a copy for the product with `other`, and whether it is strided."""
    own, batch, summed = (
        [place for place, label in enumerate(order) if (label in other, label in result) == group]
        for group in ((False, True), (True, True), (True, False))
    )
    matrix = bool(own and summed and any(label not in order for label in other))
    apart = any(places and places[-1] - places[0] >= len(places) for places in (own, summed))
    read = other if summed else result
    return (
        matrix and (apart or len(order) - 1 in batch),
        [label for label in order if label in read] != [label for label in read if label in order],
    )
