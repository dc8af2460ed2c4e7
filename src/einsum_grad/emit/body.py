"""The steps of a function as the parts of its body."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from einsum_grad.emit.steps import large
from einsum_grad.emit.steps.context import Context
from einsum_grad.emit.steps.freed import Part, freed
from einsum_grad.emit.steps.inline import inlined
from einsum_grad.emit.steps.loops import loops
from einsum_grad.emit.steps.statements import statements_of
from einsum_grad.emit.text.target import Target
from einsum_grad.emit.text.tree import Statement
from einsum_grad.lower import Block, Kernel, Loops, Program, Step, kernels


def parts(
    program: Program, blocks: Sequence[Block], kept: Collection[str], target: Target
) -> list[Part]:
    """The steps as statements, by their size; the values `kept` are used outside."""
    context = Context(program, target)
    if program.loops is not Loops.NONE:
        todo = [step for block in blocks for step in block.steps]
        found = list(_looped(kernels(program, todo, kept), context))
    elif program.scale is not None:
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


def _looped(found: Iterable[Kernel | Step], context: Context) -> Iterator[Part]:
    """Kernels, and what stays a call on whole arrays."""
    for each in found:
        if isinstance(each, Kernel):
            names = tuple(value.name for value in each.kept)
            yield Part([s.step for s in each.statements], names, tuple(loops(each, context)))
        elif context.program.scale is not None:
            yield from large.parts([Block((each,))], context, context.program.scale)
        else:
            yield Part((each,), (each.result.name,), statements_of(each, context))


def body(
    program: Program, blocks: Sequence[Block], kept: Collection[str], target: Target
) -> list[Statement]:
    """The same as statements alone."""
    return [each for part in parts(program, blocks, kept, target) for each in part.body]
