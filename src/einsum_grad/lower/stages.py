"""The normal form as a list of steps to come."""

from __future__ import annotations

from collections.abc import Sequence

from einsum_grad.lower.builder import Stage
from einsum_grad.lower.program import Op, Value
from einsum_grad.plan import ELLIPSIS, Labels, NormalForm, drop_units

Settling = tuple[Op, tuple[Value, ...]]
"""A step that changes no axis, and what it reads beside its argument."""


def stages(form: NormalForm, settling: Sequence[Settling] = ()) -> list[Stage]:
    """The steps that `form` needs; at least one, so that the result has a name of its own.

    What is to be settled (the dtype, the memory) is settled before the repetition, where the
    array is smallest.
    """
    reduced, output = form.reduced, form.pattern.output
    contract = [Stage(Op.CONTRACT, reduced.output)] if reduced.inputs != (reduced.output,) else []
    settle = [Stage(op, reduced.output, beside) for op, beside in settling]
    grow = [
        Stage(op, labels)
        for op, labels, needed in (
            (Op.REPEAT, form.repeated, form.repeat_axes),
            (Op.DIAGONAL, drop_units(output), form.diagonals),
            (Op.UNITS, output, form.units),
        )
        if needed
    ]
    return contract + settle + grow or [Stage(Op.CONTRACT, output)]


def is_view(form: NormalForm) -> bool:
    """Whether the steps of `form` may return a view of their one argument."""
    alone = len(form.reduced.inputs) == 1 and not form.reduced.contracted()
    return alone and not form.diagonals


def split(todo: list[Stage], labels: Labels) -> list[Stage]:
    """`todo` with the ellipsis' axes set apart at its end, if `labels` has an ellipsis."""
    return [*todo, Stage(Op.SPLIT, labels)] if ELLIPSIS in labels else todo
