"""The steps of a function as its statements."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from einsum_grad.emit import large
from einsum_grad.emit.context import Context
from einsum_grad.emit.freed import Statement, freed
from einsum_grad.emit.target import Target
from einsum_grad.lower import Block, Program


def statements(
    program: Program, blocks: Sequence[Block], kept: Collection[str], target: Target
) -> list[Statement]:
    """The steps as code, in the way of their target and size; `kept` is what is used outside."""
    if program.scale is not None:
        return list(freed(program, large.statements(program, blocks, target), kept))
    context = Context(program)
    found = [
        Statement((step,), (step.result.name,), list(target.steps[step.op](step, context)))
        for block in blocks
        for step in block.steps
    ]
    return list(freed(program, found, kept)) if target.fast else found
