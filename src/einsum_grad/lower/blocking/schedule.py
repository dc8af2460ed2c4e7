"""`Program` to `Schedule`: the functions of a module, each a sequence of blocks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from einsum_grad.lower.blocking.fusion import Block, blocks
from einsum_grad.lower.dependence import finishing, saving
from einsum_grad.lower.loops.kernels import Kernel, kernels
from einsum_grad.lower.program import Loops, Program, Step, Value, steps


@dataclass(frozen=True, slots=True)
class Schedule:
    """What each function does: `save` makes the residuals, which `output` and `pullback` are given.

    `together` does the work of all three, where a block can make both the output and gradients, the
    cotangent being known; else it is empty.
    """

    save: tuple[Block, ...]
    output: tuple[Block, ...]
    pullback: tuple[Block, ...]
    together: tuple[Block, ...] = ()

    @property
    def apart(self) -> tuple[Block, ...]:
        """The blocks of the three separate functions."""
        return (*self.save, *self.output, *self.pullback)


def schedule(program: Program) -> Schedule:
    """Group the steps of each function into blocks.

    >>> from einsum_grad.lower import lower
    >>> from einsum_grad.plan import pattern_of, single
    >>> from einsum_grad.syntax import parse
    >>> found = schedule(lower(single(pattern_of(parse("i,i->"))), (0,)))
    >>> [str(step) for block in found.output for step in block.steps]
    ['z[] = contract x[i] w[i]']
    """
    forward, backward = tuple(steps(program.forward)), tuple(steps(program.backward))
    output, gradients = _names([program.output]), _names(program.gradients)
    residuals = _names(program.residuals)
    save = blocks(program, saving(program), residuals)
    finish = blocks(program, finishing(program), output)
    pullback = blocks(program, backward, gradients, residuals)
    apart = Schedule(save, finish, pullback)
    if program.loops is not Loops.NONE:
        every = (*forward, *backward)
        found = kernels(program, every, output | gradients)
        return (
            Schedule(save, finish, pullback, (Block(every),)) if _share(found, backward) else apart
        )
    if program.scale is None:
        return apart
    together = blocks(program, (*forward, *backward), output | gradients)
    is_one = _has_both(together, forward, backward) and _passes(together) <= _passes(apart.apart)
    return Schedule(save, finish, pullback, together) if is_one else apart


def _share(found: Iterable[Kernel | Step], backward: Iterable[Step]) -> bool:
    """Whether some kernel makes results of the forward and of the backward."""
    names = _names(step.result for step in backward)
    made = (
        [each.result.name in names for each in kernel.statements]
        for kernel in found
        if isinstance(kernel, Kernel)
    )
    return any(any(of) and not all(of) for of in made)


def _has_both(found: Iterable[Block], forward: Sequence[Step], backward: Sequence[Step]) -> bool:
    """Whether some divided block has steps of both."""
    parts = [set(block.steps) for block in found if block.label is not None]
    return any(not part.isdisjoint(forward) and not part.isdisjoint(backward) for part in parts)


def _passes(found: Iterable[Block]) -> int:
    return sum(block.label is not None for block in found)


def _names(values: Iterable[Value]) -> set[str]:
    return {value.name for value in values}


def passing(program: Program) -> set[Value]:
    """The values that never exist as a whole, as a block makes and uses up each chunk."""
    divided = (block for block in schedule(program).apart if block.label is not None)
    return {step.result for b in divided for step in b.steps if step.result not in b.kept}
