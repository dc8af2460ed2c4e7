"""Groups of labels: axes merged before a product of matrices, and split after it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

from einsum_grad.emit.steps.context import Context
from einsum_grad.emit.steps.view import transposed
from einsum_grad.emit.text.tree import Assign, Call, Expression, Statement, call
from einsum_grad.lower import Value
from einsum_grad.plan import Labels

ROLES = ("left", "right")
"""Names of a call's arguments where statements prepare them."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """A call that contracts two arrays, and the statements that prepare it.

    `axes` are the axes of what it returns, each the labels that are one axis there.
    """

    value: Call
    axes: tuple[Labels, ...]
    before: tuple[Statement, ...] = ()

    @property
    def labels(self) -> Labels:
        """The labels of what it returns, in their order."""
        return tuple(label for axis in self.axes for label in axis)

    @property
    def grouped(self) -> bool:
        """Whether an axis stands for several labels, or for none."""
        return any(len(axis) != 1 for axis in self.axes)


def written(
    pairing: Pairing, output: Labels, context: Context
) -> tuple[tuple[Statement, ...], Expression]:
    """The statements before `pairing`, and its expression with the axes `output`."""
    labels = pairing.labels
    value: Expression = pairing.value
    if pairing.grouped:
        value = _ungrouped(pairing, context)
    return pairing.before, transposed(value, labels, output)


def _ungrouped(pairing: Pairing, context: Context) -> Expression:
    """What a pairing returns with an axis for each label."""
    place = _only_group(pairing.axes)
    if place is None or "unflatten" not in context.target.spellings:
        return call("reshape", pairing.value, context.shape(pairing.labels))
    return call("unflatten", pairing.value, place, context.shape(pairing.axes[place]))


def _only_group(axes: tuple[Labels, ...]) -> int | None:
    """The place of the only axis that stands for several labels, where the others have one."""
    groups = [place for place, axis in enumerate(axes) if len(axis) != 1]
    return groups[0] if len(groups) == 1 and axes[groups[0]] else None


def matrix(
    role: str, value: Value, batch: Labels, groups: tuple[Labels, Labels], context: Context
) -> tuple[Expression, tuple[Statement, ...]]:
    """`value` with an axis for each batch label and one for each group that has labels.

    First its expression, then the statement that must come before, if there is one.
    """
    if any(len(group) > 1 for group in groups):
        present = tuple(group for group in groups if group)
        return role, (merged(role, value, batch, present, context),)
    return transposed(value.name, value.labels, (*batch, *chain(*groups))), ()


def merged(
    role: str, value: Value, batch: Labels, groups: tuple[Labels, ...], context: Context
) -> Assign:
    """The statement that makes one axis of each of the `groups`."""
    view = transposed(value.name, value.labels, (*batch, *chain(*groups)))
    place = _only_group((*one_each(batch), *groups))
    if place is not None and "flatten" in context.target.spellings:
        last = place + len(groups[place - len(batch)]) - 1
        return Assign(role, call("flatten", view, place, last))
    sizes = (*map(context.size, batch), *map(context.size_of, groups))
    return Assign(role, call("reshape", view, Call("tuple", sizes)))


def one_each(labels: Labels) -> tuple[Labels, ...]:
    """An axis for each label."""
    return tuple((label,) for label in labels)
