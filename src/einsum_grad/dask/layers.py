"""`Step` to a layer of a graph: a Dask array whose blocks are tasks."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dask.array as da
import numpy as np
from dask._task_spec import Task, TaskRef
from dask.base import tokenize
from dask.highlevelgraph import HighLevelGraph

from einsum_grad.dask.tasks import OnBlocks, added
from einsum_grad.lower import Op, Step
from einsum_grad.lower.partition.partition import Partition
from einsum_grad.plan import UNIT, Labels

Index = tuple[int, ...]
"""A block of an array: the number of its chunk along each axis."""

Tasks = Iterator[Any]


def layer(step: Step, partition: Partition, args: Sequence[Any], dtype: np.dtype[Any]) -> Any:
    """The array that `step` makes of `args`, which have the partition's chunks.

    The same step on the same arrays has the same keys.
    """
    axes = partition.axes(step.result)
    names = [arg.name for arg in args]
    extent = partition.group(step), partition.fan_in(step.result)
    token = tokenize(step.op.value, str(step.pattern), names, axes, extent, dtype)
    made = Layer(step, partition, f"{step.op}-{token}", names, dtype)
    tasks = {task.key: task for task in _TASKS[step.op](made)}
    graph = HighLevelGraph.from_collections(made.name, tasks, args)
    return da.Array(graph, made.name, axes, dtype=dtype)


@dataclass(frozen=True, slots=True)
class Layer:
    """What the tasks of a step are made from."""

    step: Step
    partition: Partition
    name: str
    names: Sequence[str]
    """The names of the arrays that are its arguments."""
    dtype: np.dtype[Any]

    def indices(self) -> Iterator[Index]:
        """The blocks of the result."""
        axes = self.partition.axes(self.step.result)
        return itertools.product(*(range(len(chunks)) for chunks in axes))

    def places(self, labels: Labels) -> Iterator[Index]:
        """The combinations of chunks of some labels."""
        return itertools.product(*(range(len(self.partition.chunks[label])) for label in labels))

    def shape(self, index: Index) -> tuple[int, ...]:
        """The shape of a block of the result."""
        axes = self.partition.axes(self.step.result)
        return tuple(chunks[place] for chunks, place in zip(axes, index, strict=True))


def _contract(made: Layer) -> Tasks:
    """A task for each block and each group of blocks along what is summed, and trees of sums."""
    step = made.step
    run, size = OnBlocks(step.pattern), made.partition.group(step) * len(step.args)
    rows = [_row(made, name, arg.labels) for name, arg in zip(made.names, step.args, strict=True)]
    for index in made.indices():
        pairs = zip(*(row(index) for row in rows), strict=True)
        refs = [ref for pair in pairs for ref in pair]
        parts = [refs[start : start + size] for start in range(0, len(refs), size)]
        yield from _added(made, index, [(run, part) for part in parts])


def _row(made: Layer, name: str, labels: Labels) -> Callable[[Index], list[TaskRef]]:
    """From a block of the result to an argument's blocks for it, along what is summed.

    Blocks of the result share them: there are as many references as the argument has blocks.
    """
    inside, summed = made.step.result.labels, made.step.pattern.contracted()
    order = (*inside, *summed)
    axes = [order.index(label) for label in labels]
    kept = [axis for axis in axes if axis < len(inside)]
    along = list(made.places(summed))
    known: dict[Index, list[TaskRef]] = {}

    def row(index: Index) -> list[TaskRef]:
        place = tuple([index[axis] for axis in kept])
        if place not in known:
            places = ((*index, *rest) for rest in along)
            known[place] = [TaskRef((name, *(full[axis] for axis in axes))) for full in places]
        return known[place]

    return row


def _added(made: Layer, index: Index, parts: list[tuple[Callable[..., Any], list[Any]]]) -> Tasks:
    """The tasks `parts`, and the tree that adds them up to a block of the result."""
    fan_in, level = made.partition.fan_in(made.step.result), 0
    while len(parts) > 1:
        keys = [(f"{made.name}-{level}", *index, number) for number in range(len(parts))]
        for key, (run, refs) in zip(keys, parts, strict=True):
            yield Task(key, run, *refs)
        refs = list(map(TaskRef, keys))
        parts = [(added, refs[n : n + fan_in]) for n in range(0, len(refs), fan_in)]
        level += 1
    ((run, refs),) = parts
    yield Task((made.name, *index), run, *refs)


def _repeat(made: Layer) -> Tasks:
    (arg,), output = made.step.args, made.step.result.labels
    kept = [output.index(label) for label in arg.labels]
    new = [axis for axis, label in enumerate(output) if label not in arg.labels]
    for index in made.indices():
        shape = made.shape(index)
        run = OnBlocks(made.step.pattern, tuple((output[axis], shape[axis]) for axis in new))
        place = (index[axis] for axis in kept)
        yield Task((made.name, *index), run, TaskRef((made.names[0], *place)))


def _diagonal(made: Layer) -> Tasks:
    """Blocks on the diagonal are written; the others are zeros, whatever the argument is."""
    (arg,), output = made.step.args, made.step.result.labels
    run = OnBlocks(made.step.pattern)
    for index in made.indices():
        place = dict(zip(output, index, strict=True))
        if index == tuple(place[label] for label in output):
            block = TaskRef((made.names[0], *(place[label] for label in arg.labels)))
            yield Task((made.name, *index), run, block)
        else:
            yield Task((made.name, *index), np.zeros, made.shape(index), made.dtype)


def _units(made: Layer) -> Tasks:
    (arg,), output = made.step.args, made.step.result.labels
    for index in made.indices():
        places = (place for place, label in zip(index, output, strict=True) if label != UNIT)
        own = (0 if label == UNIT else next(places) for label in arg.labels)
        yield Task(
            (made.name, *index), np.reshape, TaskRef((made.names[0], *own)), made.shape(index)
        )


def _each(run: Callable[..., Any]) -> Callable[[Layer], Tasks]:
    """A task for each block, of the blocks that lie there in the arguments."""

    def tasks(made: Layer) -> Tasks:
        for index in made.indices():
            yield Task((made.name, *index), run, *(TaskRef((name, *index)) for name in made.names))

    return tasks


_TASKS: Mapping[Op, Callable[[Layer], Tasks]] = {
    Op.CONTRACT: _contract,
    Op.REPEAT: _repeat,
    Op.DIAGONAL: _diagonal,
    Op.UNITS: _units,
    Op.CONJUGATE: _each(np.conjugate),
    Op.ADD: _each(added),
}
