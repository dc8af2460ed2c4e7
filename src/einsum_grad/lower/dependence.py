"""The steps that some values depend on."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from einsum_grad.lower.program import Program, Step, Value, steps


def needed(
    todo: Iterable[Step], wanted: Collection[Value], have: Collection[Value] = ()
) -> tuple[Step, ...]:
    """The steps of `todo` that the `wanted` values need, where those in `have` are known."""
    names, available = {value.name for value in wanted}, {value.name for value in have}
    found = []
    for step in reversed(tuple(todo)):
        if step.result.name in names and step.result.name not in available:
            names |= {arg.name for arg in step.args}
            found.append(step)
    return tuple(reversed(found))


def saving(program: Program) -> tuple[Step, ...]:
    """The steps of the forward that make the residuals."""
    return needed(steps(program.forward), program.residuals)


def finishing(program: Program) -> tuple[Step, ...]:
    """The steps of the forward that make the output, given the residuals."""
    return needed(steps(program.forward), (program.output,), program.residuals)
