"""The forward in two parts: what the backward shares with it, and what is left for the output."""

from __future__ import annotations

from collections.abc import Collection

from einsum_grad.lower.program import Program, Step, Value, steps


def saving(program: Program) -> tuple[Step, ...]:
    """The steps of the forward that make the residuals."""
    return _needed(program, program.residuals, have=())


def finishing(program: Program) -> tuple[Step, ...]:
    """The steps that make the output, once the residuals are there."""
    return _needed(program, (program.output,), have=program.residuals)


def _needed(
    program: Program, wanted: Collection[Value], have: Collection[Value]
) -> tuple[Step, ...]:
    names, available = {value.name for value in wanted}, {value.name for value in have}
    found = []
    for step in reversed(list(steps(program.forward))):
        if step.result.name in names - available:
            names |= {arg.name for arg in step.args}
            found.append(step)
    return tuple(reversed(found))
