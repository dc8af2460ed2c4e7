"""The steps that every target on NumPy writes alike; a line or two each."""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping

from einsum_grad.emit.context import Context, ellipsis_slice, tuple_of
from einsum_grad.emit.view import index, transposing
from einsum_grad.lower import Op, Step
from einsum_grad.plan import ELLIPSIS, UNIT, Labels, Pattern, diagonals, distinct

LETTERS = len(string.ascii_letters)
"""How many labels np.einsum takes."""

Render = Callable[[Step, Context], tuple[str, ...]]
"""Writes a step: the lines that assign its result."""


def expression(write: Callable[[Step, Context], str]) -> Render:
    """The renderer of a step that is one expression."""
    return lambda step, context: (f"{step.result.name} = {write(step, context)}",)


def einsum(step: Step, context: Context) -> str:
    """The call of np.einsum that contracts."""
    args = ", ".join(arg.name for arg in step.args)
    order = ", optimize=True" if len(step.args) > 2 else ""
    return f'np.einsum("{subscripts(step.pattern)}", {args}{order})'


def subscripts(pattern: Pattern) -> str:
    """The subscripts of np.einsum for `pattern`: other letters where its labels are none."""
    if not all(len(label) == 1 for label in pattern.labels()):
        pattern = pattern.rename(dict(zip(pattern.labels(), string.ascii_letters, strict=False)))
    return str(pattern)


def diagonal_view(name: str, labels: Labels, context: Context) -> str:
    """The view of the array `name` on its diagonal, which has each of `labels` once."""
    own = distinct(labels)
    if len(own) <= LETTERS:
        return f'np.einsum("{subscripts(Pattern((labels,), own))}", {name})'
    strides = [
        " + ".join(f"{name}.strides[{axis}]" for axis, other in enumerate(labels) if other == label)
        for label in own
    ]
    shape = context.shape(own)
    return f"np.lib.stride_tricks.as_strided({name}, {shape}, {tuple_of(strides)})"


def diagonal(step: Step, context: Context) -> tuple[str, ...]:
    """Zeros, and a write through the view of their diagonal."""
    (arg,), labels, name = step.args, step.result.labels, step.result.name
    stands = " and ".join(label for label, _ in diagonals(labels))
    return (
        f"{name} = np.zeros({context.shape(labels)}, {arg.name}.dtype)",
        f"# What is assigned to this view of the diagonal of {stands} is written to {name}.",
        f"{diagonal_view(name, labels, context)}[...] = {arg.name}",
    )


def units(step: Step, context: Context) -> str:
    """Axes of size 1 dropped with an index of 0, inserted with None."""
    given, output = step.args[0].labels, step.result.labels
    if UNIT in given:
        return f"{step.args[0].name}[{index(given, '0')}]"
    return f"{step.args[0].name}[{index(output, 'None')}]"


def merge(step: Step, context: Context) -> str:
    """The axes of the ellipsis made one, without -1, which fails where another size is 0."""
    name, labels = step.args[0].name, step.args[0].labels
    if labels == (ELLIPSIS,):
        return f"{name}.reshape({name}.size)"
    at = labels.index(ELLIPSIS)
    before = [f"*{name}.shape[:{at}]"] if at else []
    after = [f"*{name}.shape[{at + 1 - len(labels)}:]"] if at + 1 < len(labels) else []
    lead = f"math.prod({name}.shape{ellipsis_slice(labels)})"
    return f"{name}.reshape({', '.join([*before, lead, *after])})"


def split(step: Step, context: Context) -> str:
    """The axes of the ellipsis made many again."""
    name, at, last = step.args[0].name, step.result.labels.index(ELLIPSIS), step.result.labels[-1]
    before = [f"{name}.shape[:{at}]"] if at else []
    after = [f"{name}.shape[{at + 1}:]"] if last != ELLIPSIS else []
    return f"{name}.reshape({' + '.join([*before, context.lead(), *after])})"


def copy(step: Step, context: Context) -> str:
    """An array of its own, its axes in memory in the order that the result has."""
    (arg,) = step.args
    return f"{arg.name}{transposing(arg.labels, step.result.labels)}.copy()"


COMMON: Mapping[Op, Render] = {
    Op.DIAGONAL: diagonal,
    Op.UNITS: expression(units),
    Op.MERGE: expression(merge),
    Op.SPLIT: expression(split),
    Op.CONJUGATE: expression(lambda step, context: f"{step.args[0].name}.conj()"),
    Op.COPY: expression(copy),
    Op.ADD: expression(lambda step, context: " + ".join(arg.name for arg in step.args)),
}
