"""The target `numpy`, for speed: views, matrix products and elementwise products."""

from __future__ import annotations

from collections.abc import Callable

from einsum_grad.emit.context import Context
from einsum_grad.emit.product import call_of, written
from einsum_grad.emit.steps import COMMON, LETTERS, diagonal_view, einsum, expression
from einsum_grad.emit.target import NUMPY_LIBRARY, Target
from einsum_grad.emit.view import aligning, transposing
from einsum_grad.lower import Op, Step, product_of
from einsum_grad.plan import diagonals, distinct

Form = tuple[str, ...]
"""How a contraction is written: statements that prepare it, and at last its expression."""


def contract(step: Step, context: Context) -> tuple[str, ...]:
    """The lines of a contraction: the first form that fits it."""
    *before, expression = next(form for rule in _FORMS if (form := rule(step, context)) is not None)
    return (*before, f"{step.result.name} = {expression}")


def _alone(step: Step, context: Context) -> Form | None:
    """One argument: a view, or a sum over axes."""
    if len(step.args) > 1:
        return None
    name, labels, output = step.args[0].name, step.args[0].labels, step.result.labels
    if diagonals(labels):
        if len(step.pattern.labels()) <= LETTERS:
            return (einsum(step, context),)
        name, labels = diagonal_view(name, labels, context), distinct(labels)
    kept = tuple(label for label in labels if label in output)
    if kept == labels:
        return (f"{name}{transposing(kept, output) or '.view()'}",)
    summed = tuple(axis for axis, label in enumerate(labels) if label not in output)
    axes = str(summed[0]) if len(summed) == 1 else str(summed)
    dtype = f", dtype={step.args[0].name}.dtype" if context.program.traits.whole else ""
    return (f"np.add.reduce({name}, axis={axes}{dtype}){transposing(kept, output)}",)


def _pair(step: Step, context: Context) -> Form | None:
    """Two arguments, if a product of arrays or matrices does it."""
    product = product_of(step)
    if product is None:
        return None
    return written(call_of(step, product, context), step.result.labels, context)


def _at_once(step: Step, context: Context) -> Form:
    """Whatever is left."""
    return (einsum(step, context),)


def _repeat(step: Step, context: Context) -> str:
    (arg,), output = step.args, step.result.labels
    return f"np.broadcast_to({arg.name}{aligning(arg.labels, output)}, {context.shape(output)})"


_FORMS: tuple[Callable[[Step, Context], Form | None], ...] = (_alone, _pair, _at_once)

NUMPY = Target(
    name="numpy",
    libraries=(NUMPY_LIBRARY,),
    fast=True,
    steps={
        **COMMON,
        Op.CONTRACT: contract,
        Op.REPEAT: expression(_repeat),
    },
)
