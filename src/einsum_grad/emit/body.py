"""The steps of a function as the parts of its body."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from einsum_grad.emit.steps import large
from einsum_grad.emit.steps.context import Context
from einsum_grad.emit.steps.freed import Part, freed
from einsum_grad.emit.steps.inline import inlined
from einsum_grad.emit.steps.statements import statements_of
from einsum_grad.emit.text.target import Target
from einsum_grad.emit.text.tree import Statement
from einsum_grad.lower import Block, Program


def parts(
    program: Program, blocks: Sequence[Block], kept: Collection[str], target: Target
) -> list[Part]:
    """The steps as statements, by their size; the values `kept` are used outside."""
    context = Context(program, target)
    if program.scale is not None:
        found = large.parts(blocks, context, program.scale)
    else:
        found = [
            Part((step,), (step.result.name,), statements_of(step, context))
            for block in blocks
            for step in block.steps
        ]
    if target.frees:
        return list(freed(program, found, kept))
    return found if program.scale or program.traits.whole else inlined(found, kept)


def body(
    program: Program, blocks: Sequence[Block], kept: Collection[str], target: Target
) -> list[Statement]:
    """The same as statements alone."""
    return [each for part in parts(program, blocks, kept, target) for each in part.body]
