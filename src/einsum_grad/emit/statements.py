"""The steps of a function as its statements."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from einsum_grad.emit import large
from einsum_grad.emit.context import Context
from einsum_grad.emit.freed import Statement, freed
from einsum_grad.emit.target import Target
from einsum_grad.lower import Program, Step


def statements(
    program: Program, todo: Sequence[Step], kept: Collection[str], target: Target
) -> list[Statement]:
    """The steps as code, in the way of their target and size; `kept` is what is used outside."""
    if program.scale is not None:
        return list(freed(program, large.statements(program, todo, kept, target), kept))
    context = Context(program)
    found = [
        Statement((step,), (step.result.name,), list(target.steps[step.op](step, context)))
        for step in todo
    ]
    return list(freed(program, found, kept)) if target.fast else found
