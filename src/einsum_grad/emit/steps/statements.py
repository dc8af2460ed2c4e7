"""Steps of a program to statements: one short rule for each `Op`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from einsum_grad.emit.steps import einsums, tensordot
from einsum_grad.emit.steps.batched import over_ellipsis
from einsum_grad.emit.steps.context import Context
from einsum_grad.emit.steps.groups import Pairing, written
from einsum_grad.emit.steps.product import einsum, has_einsum, pairing_of
from einsum_grad.emit.steps.view import diagonal_as_it_lies, transposed
from einsum_grad.emit.text.tree import Assign, Call, Comment, Expression, Statement, call
from einsum_grad.lower import LETTERS, Op, Product, Step, Value, product_of
from einsum_grad.plan import ELLIPSIS, Labels, diagonals, distinct

Form = tuple[tuple[Statement, ...], Expression]
"""A step as code: statements that prepare it, and the expression of its result."""


def statements_of(step: Step, context: Context) -> tuple[Statement, ...]:
    """The statements that make the result of `step`."""
    if step.op is Op.DIAGONAL and context.target.writable_views:
        return diagonal(step.result, step.args[0], context, "zeros")
    if step.op is Op.READ_ONLY:
        return read_only(step)
    if step.op is not Op.CONTRACT:
        return (Assign(step.result.name, _EXPRESSIONS[step.op](step, context)),)
    before, value = _contract(step, context)
    return (*before, Assign(step.result.name, value))


def read_only(step: Step) -> tuple[Statement, ...]:
    """A view of what the caller has, through which nobody writes to it."""
    name, (arg,) = step.result.name, step.args
    view = viewed(step) if arg.labels != step.result.labels else call("view", arg.name)
    return Assign(name, view), Assign(f"{name}.flags.writeable", "False")


def diagonal(
    result: Value, given: Value, context: Context, zeros: str, dtype: Call | None = None
) -> tuple[Statement, ...]:
    """Zeros whose diagonal is written through a view."""
    labels, name = result.labels, result.name
    stands = " and ".join(label for label, _ in diagonals(labels))
    view = diagonal_view(name, result, context)
    return (
        Assign(name, call(zeros, context.shape(labels), dtype or call("dtype", given.name))),
        Comment(f"What is assigned to this view of the diagonal of {stands} is written to {name}."),
        Assign(call("index", view, "..."), given.name),
    )


def diagonal_view(name: str, value: Value, context: Context) -> Call:
    """The view of `value` on its diagonal, which has each of its labels once."""
    shape = context.shape(distinct(value.labels))
    return call("diagonal", name, value.labels, shape)


def _contract(step: Step, context: Context) -> Form:
    """One argument: a view, or a sum over axes; two, where a product does it; or all at once."""
    if not context.target.pairwise and len(step.pattern.labels()) <= LETTERS:
        return (), einsum(step)
    form = over_ellipsis(step, context) if ELLIPSIS in step.pattern.labels() else None
    if form is not None:
        return form
    if len(step.args) == 1:
        return (), _alone(step, context)
    product = product_of(step)
    if product is None:
        return (), einsum(step)
    paired = _way(context)
    return written(paired(step, product, context), step.result.labels, context)


def _way(context: Context) -> Callable[[Step, Product, Context], Pairing]:
    """How the target contracts two arrays."""
    if context.target.einsums:
        return einsums.as_they_lie
    return tensordot.as_they_lie if context.target.tensordots else pairing_of


def _alone(step: Step, context: Context) -> Expression:
    (arg,), output = step.args, step.result.labels
    array: Expression = arg.name
    labels = arg.labels
    if diagonals(labels):
        if has_einsum(step, context) and (len(labels) > 2 or not context.target.einsums):
            return einsum(step)
        array, labels = _diagonal(arg, context)
    kept = tuple(label for label in labels if label in output)
    if kept == labels:
        return transposed(array, kept, output) if kept != output else call("view", array)
    dtype: dict[str, Expression] = {}
    if context.program.traits.whole or context.target.widens:
        dtype["dtype"] = call("dtype", arg.name)
    if not kept and "total" in context.target.spellings:
        return call("total", array, **(dtype if context.target.widens else {}))
    axes = tuple(axis for axis, label in enumerate(labels) if label not in output)
    if axes == (0,) and kept and "sum of rows" in context.target.spellings:
        return transposed(call("sum of rows", array), kept, output)
    place: Expression = axes[0] if len(axes) == 1 else Call("tuple", axes)
    return transposed(call("sum", array, axis=place, **dtype), kept, output)


def _diagonal(arg: Value, context: Context) -> tuple[Expression, Labels]:
    """The view of an array on its diagonal, and its axes."""
    if "diagonal of two" in context.target.spellings:
        return diagonal_as_it_lies(arg.name, arg.labels)
    return diagonal_view(arg.name, arg, context), distinct(arg.labels)


def _expand(step: Step, context: Context) -> Expression:
    (arg,), output = step.args, step.result.labels
    new = tuple((label, context.size(label)) for label in output if label not in arg.labels)
    return call("expand", arg.name, arg.labels, output, context.shape(output), new)


def _embed(step: Step, context: Context) -> Expression:
    (arg,), labels = step.args, step.result.labels
    return call("embed", arg.name, arg.labels, labels, context.shape(labels))


def _split(step: Step, context: Context) -> Expression:
    return call("split", step.args[0].name, step.result.labels, context.lead())


_EXPRESSIONS: Mapping[Op, Callable[[Step, Context], Expression]] = {
    Op.REPEAT: _expand,
    Op.DIAGONAL: _embed,
    Op.UNITS: lambda step, _: call(
        "units", step.args[0].name, step.args[0].labels, step.result.labels
    ),
    Op.MERGE: lambda step, _: call("merge", step.args[0].name, step.args[0].labels),
    Op.SPLIT: _split,
    Op.CONJUGATE: lambda step, _: call("conjugate", step.args[0].name),
    Op.COPY: lambda step, _: call("copy", viewed(step)),
    Op.ADD: lambda step, _: Call("add", tuple(arg.name for arg in step.args)),
}


def viewed(step: Step) -> Expression:
    """The argument of a copy with its axes in the order of the result's."""
    (arg,) = step.args
    return transposed(arg.name, arg.labels, step.result.labels)
