"""Fusion: memory-bound steps of large arrays become blocks, done chunk by chunk on all cores.

A chunk is a range of one label. All steps of a block do a chunk while its arrays are in the cache,
and threads share the chunks. A batch of matrix products is shared the same way. A single one stays
whole: a BLAS has tiles and threads of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from einsum_grad.lower.blocking.chunking import number_of_chunks
from einsum_grad.lower.program import Program, Step, Value, touched
from einsum_grad.lower.scale import Scale, Sizes
from einsum_grad.plan import Labels


@dataclass(frozen=True, slots=True)
class Block:
    """Steps that are done together, in `parts` chunks of `label`; without a label, as a whole.

    `kept` are the values used after the block; of the others only a chunk exists at a time.
    """

    steps: tuple[Step, ...]
    label: str | None = None
    parts: int = 1
    kept: tuple[Value, ...] = ()


def blocks(
    program: Program, todo: Sequence[Step], wanted: Collection[str], going: Collection[str] = ()
) -> tuple[Block, ...]:
    """Put steps of `program` into blocks, each after those whose results it reads.

    `wanted` names the values that the function returns, `going` those that it is given and may free
    once they are read. Steps on small arrays are one block.
    """
    scale = program.scale
    if scale is None:
        return (Block(tuple(todo)),) if todo else ()
    found = tuple(_joined(group.block(scale) for group in _groups(todo, program)))
    if going:
        whole = {value.name for block in _kept(found, wanted) for value in block.kept}
        found = tuple(_in_turn(found, going, whole - set(wanted)))
    return _kept(found, wanted)


def _kept(found: Iterable[Block], wanted: Collection[str]) -> tuple[Block, ...]:
    """The blocks, each with those of its values that are read after it."""
    read, kept = set(wanted), []
    for block in reversed(tuple(found)):
        made = (step.result for step in block.steps)
        kept.append(replace(block, kept=tuple(value for value in made if value.name in read)))
        read.update(_read(block.steps))
    return tuple(reversed(kept))


def _in_turn(
    found: Sequence[Block], going: Collection[str], whole: Collection[str]
) -> Iterator[Block]:
    """The blocks, split where one would use up a large array and make another, `whole`."""
    for number, block in enumerate(found):
        made = [step.result.name in whole for step in block.steps]
        first = made.index(True) if block.label is not None and any(made) else 0
        before, after = block.steps[:first], block.steps[first:]
        read, used = _read(before), _read(after)
        later = used.union(*(_read(other.steps) for other in found[number + 1 :]))
        passed = used.intersection(step.result.name for step in before)
        if (read - later).isdisjoint(going) or passed:
            yield block
        else:
            yield from (replace(block, steps=part) for part in (before, after))


def _read(todo: Iterable[Step]) -> set[str]:
    return {arg.name for step in todo for arg in step.args}


class _Group:
    """The steps of a block that is being built."""

    def __init__(self, label: str | None) -> None:
        self.label = label
        self.steps: list[Step] = []
        self.made: set[str] = set()

    def add(self, step: Step) -> None:
        self.steps.append(step)
        self.made.add(step.result.name)

    def block(self, scale: Scale) -> Block:
        if self.label is None:
            return Block(tuple(self.steps))
        parts = number_of_chunks(self.label, self.steps, scale)
        return Block(tuple(self.steps), self.label, parts) if parts else Block(tuple(self.steps))

    def gives(self, value: Value) -> bool:
        """Whether a later step of this block may read `value`, which this group makes."""
        return self.label is None or self.label in value.labels


def _groups(todo: Sequence[Step], program: Program) -> list[_Group]:
    groups: list[_Group] = []
    for number, step in enumerate(todo):
        _place(step, todo[number:], groups, program)
    return groups


def _place(step: Step, rest: Sequence[Step], groups: list[_Group], program: Program) -> None:
    """Put `step` into the first group that can take it, or into a new one."""
    first, labels = _first(step, groups), _labels(step, program)
    # Steps on whole arrays stay in place: their arrays are made late and freed early.
    for group in groups[first if labels else max(first, len(groups) - 1) :]:
        if group.label in labels if labels else group.label is None:
            group.add(step)
            return
    label = _best(labels, rest, program) if labels else None
    groups.append(_Group(label))
    groups[-1].add(step)


def _labels(step: Step, program: Program) -> Labels:
    """The labels along which `step` may be divided."""
    return program.divided.get(step.result.name, ())


def _first(step: Step, groups: Sequence[_Group]) -> int:
    """The first group in which all arguments of `step` are there."""
    first = 0
    for number, group in enumerate(groups):
        made = [arg for arg in step.args if arg.name in group.made]
        if made:
            first = number if all(map(group.gives, made)) else number + 1
    return first


def _best(labels: Labels, rest: Iterable[Step], program: Program) -> str:
    """The label along whose chunks most bytes are moved."""
    assert program.scale is not None
    if len(labels) == 1:
        return labels[0]
    moved = tuple(
        tuple(
            value.labels
            for step in rest
            if label in _labels(step, program)
            for value in touched(step)
        )
        for label in labels
    )
    return program.scale.ask(_most, labels, moved)


def _most(sizes: Sizes, labels: Labels, moved: tuple[tuple[Labels, ...], ...]) -> str:
    """The label whose arrays have most bytes; an array counts less the later the label comes."""
    gains = {
        label: sum(_weight(label, array, sizes) for array in arrays)
        for label, arrays in zip(labels, moved, strict=True)
    }
    return max(labels, key=gains.__getitem__)


def _weight(label: str, array: Labels, sizes: Sizes) -> float:
    nbytes = sizes.nbytes(array)
    return nbytes / (1 + array.index(label)) if label in array else 0.5 * nbytes


def _joined(found: Iterable[Block]) -> Iterator[Block]:
    """The blocks, consecutive ones without a label joined."""
    whole: tuple[Step, ...] = ()
    for block in found:
        if block.label is None:
            whole += block.steps
            continue
        if whole:
            yield Block(whole)
        whole = ()
        yield block
    if whole:
        yield Block(whole)
