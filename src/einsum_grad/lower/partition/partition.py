"""`Program` and chunks to `Partition`: each step as tasks on blocks.

A label has the same chunks in all arrays of the program, so blocks that meet fit. A contraction is
a task for each block of its result and each group of blocks along the labels that it sums; the
results of several groups are added as a tree.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from einsum_grad.lower import machine
from einsum_grad.lower.partition.chunks import (
    Axes,
    ByLabel,
    agreed,
    axes_of,
    block_bytes,
    block_count,
    gathered,
    limited,
)
from einsum_grad.lower.pipeline import Form
from einsum_grad.lower.program import Program, Step, Value, steps
from einsum_grad.plan import Labels

FORM = Form(blocks=False, copies=False, arranged=False, at_once=False)
"""Pairs are contracted in any order of axes: the program of a block arranges them."""


@dataclass(frozen=True, slots=True)
class Partition:
    """A program whose labels have chunks, and the bytes that a task should hold at most."""

    program: Program
    chunks: ByLabel
    itemsize: int
    budget: int

    def axes(self, value: Value) -> Axes:
        """The chunks along each axis of a value."""
        return axes_of(value.labels, self.chunks)

    def block_bytes(self, value: Value) -> int:
        """The bytes of a value's largest block."""
        return block_bytes(value.labels, self.chunks, self.itemsize)

    def count(self, labels: Labels) -> int:
        """The combinations of the chunks of `labels`."""
        return block_count(labels, self.chunks)

    def group(self, step: Step) -> int:
        """How many combinations of chunks of the labels that it sums a task of `step` takes.

        As many as the budget allows, as that saves sums; but there are at least as many tasks as
        an argument has blocks, so that all cores have work.
        """
        summed = self.count(step.pattern.contracted())
        made = self.count(step.result.labels)
        held = sum(map(self.block_bytes, step.args))
        room = (self.budget - 2 * self.block_bytes(step.result)) // max(held, 1)
        blocks = max((self.count(arg.labels) for arg in step.args), default=1)
        groups = max(-(-summed // max(room, 1)), min(summed, -(-blocks // made)))
        return -(-summed // groups)

    def groups(self, step: Step) -> int:
        """The tasks that make a block of a step's result, but for their sum."""
        return -(-self.count(step.pattern.contracted()) // self.group(step))

    def fan_in(self, value: Value) -> int:
        """The blocks of a value that one task of a tree adds, within the budget."""
        room = self.budget // max(self.block_bytes(value), 1) - 1
        return min(max(room, machine.LEAST_FAN_IN), machine.MOST_FAN_IN)

    def levels(self, step: Step) -> Iterator[int]:
        """The tasks on each level of the tree that adds one block of a step's result."""
        left, fan_in = self.groups(step), self.fan_in(step.result)
        while left > 1:
            left = -(-left // fan_in)
            yield left


def partition(
    program: Program,
    sizes: Mapping[str, int],
    given: Sequence[Axes | None],
    itemsize: int,
    budget: int,
) -> Partition:
    """Give the labels of `program` the chunks on which its operands, which have those in `given`,
    agree.

    Chunks are split where a block that the program makes would have more than `budget` bytes, and
    joined where there would be very many blocks, more than an operand has.
    """
    terms = [value.labels for value in program.operands]
    chunks = agreed(terms, given, sizes)
    own = (_own_bytes(axes, itemsize) if axes is not None else 0 for axes in given)
    made = [step.result.labels for step in (*steps(program.forward), *steps(program.backward))]
    arrays = [
        *((term, max(budget, size)) for term, size in zip(terms, own, strict=True)),
        *((labels, budget) for labels in made),
    ]
    blocks = [math.prod(map(len, axes)) for axes in given if axes is not None]
    most = max(machine.MOST_BLOCKS, *blocks, 1)
    few = gathered(limited(chunks, arrays, itemsize), arrays, itemsize, most)
    return Partition(program, few, itemsize, budget)


def _own_bytes(axes: Axes, itemsize: int) -> int:
    return itemsize * math.prod(map(max, axes))
