"""What a `Partition` costs: tasks, the bytes that one holds, and the bytes that they read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from einsum_grad.lower import machine
from einsum_grad.lower.partition.chunks import Axes, axes_of, read_chunks, rechunk_tasks
from einsum_grad.lower.partition.partition import FORM, Partition, partition
from einsum_grad.lower.pipeline import lowering
from einsum_grad.lower.program import Op, Step, Value, steps
from einsum_grad.lower.traits import PLAIN, Traits
from einsum_grad.plan import AUTO, Order, Pattern, spell


@dataclass(frozen=True, slots=True)
class Tasks:
    """The cost of a forward and its gradients on chunks, without reading the operands.

    `forward` and `backward` are numbers of tasks. `largest_task_bytes` is the most that one holds:
    the blocks that it reads, and the one that it makes. `bytes_moved` is the sum of what all tasks
    read of blocks that others made, or that are operands': the most that a cluster sends.
    """

    forward: int
    backward: int
    largest_task_bytes: int
    bytes_moved: int


@dataclass(frozen=True, slots=True)
class _Kind:
    """Tasks that are alike: how many, the bytes that one reads, and those that it makes."""

    count: int
    read: int
    made: int


def tasks_of(
    pattern: Pattern,
    wrt: tuple[int, ...],
    sizes: Mapping[str, int],
    chunks: Mapping[str, Any],
    itemsize: int,
    order: Order = AUTO,
    traits: Traits = PLAIN,
    budget: int = machine.TASK_BYTES,
) -> Tasks:
    """Count what `pattern` costs on operands whose labels have the chunks that `read_chunks` reads.

    >>> pattern = Pattern((("i", "j"), ("j", "k")), ("i", "k"))
    >>> tasks_of(pattern, (), dict.fromkeys("ijk", 8), {"i": 4}, 8).forward
    2
    """
    found = lowering(pattern, wrt, FORM, sizes, traits, itemsize, order)
    spelled = spell(pattern)
    by_label = {spelled[label]: own for label, own in read_chunks(chunks, sizes).items()}
    program = found.program()
    given = [axes_of(value.labels, by_label) for value in program.operands]
    return tasks(partition(program, found.sizes, given, itemsize, budget), given)


def tasks(partition: Partition, given: Sequence[Axes | None]) -> Tasks:
    """Count what `partition` costs for operands with the chunks `given`."""
    program = partition.program
    forward = [
        *(
            kind
            for value, axes in zip(program.operands, given, strict=True)
            for kind in _rechunked(partition, value, axes, partition.axes(value))
        ),
        *_all(partition, steps(program.forward)),
    ]
    backward = [
        *_all(partition, steps(program.backward)),
        *(
            kind
            for value, number in zip(program.gradients, program.wrt, strict=True)
            for kind in _rechunked(partition, value, partition.axes(value), given[number])
        ),
    ]
    both = [*forward, *backward]
    return Tasks(
        sum(kind.count for kind in forward),
        sum(kind.count for kind in backward),
        max((kind.read + kind.made for kind in both), default=0),
        sum(kind.count * kind.read for kind in both),
    )


def _rechunked(
    partition: Partition, value: Value, old: Axes | None, new: Axes | None
) -> Iterator[_Kind]:
    if old is not None and new is not None and old != new:
        size = partition.block_bytes(value)
        yield _Kind(rechunk_tasks(old, new), size, size)


def _all(partition: Partition, todo: Iterable[Step]) -> Iterator[_Kind]:
    for step in todo:
        yield from _KINDS.get(step.op, _blockwise)(partition, step)


def _contract(partition: Partition, step: Step) -> Iterator[_Kind]:
    blocks, made = partition.count(step.result.labels), partition.block_bytes(step.result)
    group = partition.group(step)
    read = group * sum(map(partition.block_bytes, step.args))
    yield _Kind(blocks * partition.groups(step), read, made if group == 1 else 2 * made)
    for count in partition.levels(step):
        yield _Kind(blocks * count, partition.fan_in(step.result) * made, made)


def _blockwise(partition: Partition, step: Step) -> Iterator[_Kind]:
    read = sum(map(partition.block_bytes, step.args))
    yield _Kind(partition.count(step.result.labels), read, partition.block_bytes(step.result))


def _diagonal(partition: Partition, step: Step) -> Iterator[_Kind]:
    made = partition.block_bytes(step.result)
    on = partition.count(step.result.labels)
    blocks = 1
    for axis in partition.axes(step.result):
        blocks *= len(axis)
    yield _Kind(on, partition.block_bytes(step.args[0]), made)
    yield _Kind(blocks - on, 0, made)


_KINDS: Mapping[Op, Callable[[Partition, Step], Iterator[_Kind]]] = {
    Op.CONTRACT: _contract,
    Op.DIAGONAL: _diagonal,
}
