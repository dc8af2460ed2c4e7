"""`NormalForm` to a list of stages."""

from __future__ import annotations

from einsum_grad.lower.builder import Stage
from einsum_grad.lower.program import Op
from einsum_grad.plan import ELLIPSIS, Labels, NormalForm, drop_units


def stages(form: NormalForm, read_only: bool = False) -> list[Stage]:
    """The stages of `form`, whose operands have had their units dropped; there may be none.

    A view that is to be `read_only` is made so, unless it is repeated: a repetition is.
    """
    reduced, output = form.reduced, form.pattern.output
    marked = read_only and not form.repeat_axes
    contracted = reduced.inputs != (reduced.output,)
    if marked and len(reduced.inputs[0]) == len(reduced.output):
        contracted = False
    table = (
        (Stage(Op.CONTRACT, reduced.output), contracted),
        (Stage(Op.READ_ONLY, reduced.output), marked),
        (Stage(Op.REPEAT, form.repeated), bool(form.repeat_axes)),
        (Stage(Op.DIAGONAL, drop_units(output)), bool(form.diagonals)),
        (Stage(Op.UNITS, output), bool(form.units)),
    )
    return [stage for stage, needed in table if needed]


def is_view(form: NormalForm) -> bool:
    """Whether the steps of `form` may return a view of their one argument."""
    alone = len(form.reduced.inputs) == 1 and not form.reduced.contracted()
    return alone and not form.diagonals


def split(todo: list[Stage], labels: Labels) -> list[Stage]:
    """`todo`, followed by the split of the merged axis if `labels` has an ellipsis."""
    return [*todo, Stage(Op.SPLIT, labels)] if ELLIPSIS in labels else todo
