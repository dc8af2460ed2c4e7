"""The order of loops: that of the largest arrays in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from einsum_grad.lower import machine
from einsum_grad.lower.layout.product import without
from einsum_grad.lower.loops.statement import Statement
from einsum_grad.lower.program import Value
from einsum_grad.lower.scale import Scale, Sizes
from einsum_grad.plan import UNIT, Labels, distinct


def loop_order(statements: Iterable[Statement], scale: Scale | None) -> Labels:
    """The labels of the statements, outermost first: those of the largest array in its order.

    A label that it lacks comes next to those that it stands beside in the next array. Innermost is
    the label along which most entries lie side by side.
    """
    arrays = dict.fromkeys(
        (name, tuple(label for label in labels if label != UNIT))
        for each in statements
        for name, labels in (
            (each.result.name, each.result.labels),
            *((arg.name, arg.labels) for arg in each.args),
        )
    )
    found = tuple(labels for _, labels in arrays if labels)
    order: list[str] = []
    for labels in _by_size(found, scale):
        _insert(labels, order)
    inner = _adjacent(found, order, scale)
    return (*without(tuple(order), (inner,)), inner)


def _adjacent(arrays: tuple[Labels, ...], order: Sequence[str], scale: Scale | None) -> str:
    """The label along which most numbers are adjacent in memory; of several the innermost."""
    gains = dict.fromkeys(reversed(order), 0)
    for labels in arrays:
        gains[labels[-1]] += scale.ask(Sizes.nbytes, labels) if scale else 1
    return max(gains, key=gains.__getitem__)


def _by_size(arrays: tuple[Labels, ...], scale: Scale | None) -> Sequence[Labels]:
    if scale is None:
        return sorted(arrays, key=len, reverse=True)
    return scale.ask(_largest_first, arrays)


def _largest_first(sizes: Sizes, arrays: tuple[Labels, ...]) -> tuple[Labels, ...]:
    return tuple(sorted(arrays, key=sizes.nbytes, reverse=True))


def _insert(labels: Labels, order: list[str]) -> None:
    """Put those of `labels` that `order` lacks after the label before, or before the one after."""
    own = distinct(labels)
    for place, label in enumerate(own):
        if label in order:
            continue
        if place:
            order.insert(order.index(own[place - 1]) + 1, label)
        else:
            after = [order.index(other) for other in own if other in order]
            order.insert(min(after, default=len(order)), label)


def shared_label(
    possible: Labels, kept: Sequence[Value], order: Labels, scale: Scale | None
) -> str:
    """The label that threads share: the outermost that all results have, so that none collide.

    The innermost is taken only where no other does: its loop is the one over adjacent entries.
    Where results collide, each thread sums its part of them.
    """
    found = [label for label in order if label in possible]
    long = [
        label for label in found if scale is None or scale.counts((label,), machine.SHARED_LABEL)
    ]
    outer = [label for label in long if label != order[-1]]
    whole = [label for label in outer if all(label in value.labels for value in kept)]
    return next(iter((*whole, *outer, *long, *found)))
