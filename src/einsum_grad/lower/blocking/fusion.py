"""The steps of large arrays in blocks: what memory bounds is done block by block, on all cores.

A block is a range of one label. The steps of a block follow each other while its arrays are in the
cache, and blocks go to several threads. A batch of matrix products is shared the same way. A single
one stays whole, if it is not thin: a BLAS has blocks and threads of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from einsum_grad.lower.blocking.chunking import load_of, number_of_parts
from einsum_grad.lower.program import Op, Program, Step, Value, touched
from einsum_grad.lower.scale import Scale, Sizes
from einsum_grad.plan import Labels


@dataclass(frozen=True, slots=True)
class Block:
    """Steps that are done together: in so many `parts` of `label`, one after the other, or whole.

    `kept` are the values that are used after the block; of the others there is only a part at a
    time.
    """

    steps: tuple[Step, ...]
    label: str | None = None
    parts: int = 1
    kept: tuple[Value, ...] = ()


def blocks(
    program: Program, todo: Sequence[Step], wanted: Collection[str], going: Collection[str] = ()
) -> tuple[Block, ...]:
    """Put some steps of `program` into blocks, in an order in which each finds what it reads.

    `wanted` are the names of the values that the function is to return, `going` of those that it
    is given and that can go as soon as they were read. What is done with small arrays is one block.
    """
    scale = program.scale
    if scale is None:
        return (Block(tuple(todo)),) if todo else ()
    groups = _groups(todo, wanted, program)
    found = tuple(_joined(group.block(program, scale) for group in groups))
    if going:
        whole = {value.name for block in _kept(found, wanted) for value in block.kept}
        found = tuple(_in_turn(found, going, whole - set(wanted)))
    return _kept(found, wanted)


def _kept(found: Iterable[Block], wanted: Collection[str]) -> tuple[Block, ...]:
    """The blocks, each with the values that are read after it."""
    read, kept = set(wanted), []
    for block in reversed(tuple(found)):
        made = (step.result for step in block.steps)
        kept.append(replace(block, kept=tuple(value for value in made if value.name in read)))
        read.update(_read(block.steps))
    return tuple(reversed(kept))


def _in_turn(
    found: Sequence[Block], going: Collection[str], whole: Collection[str]
) -> Iterator[Block]:
    """The blocks, those in two parts that use up one large array and make another, `whole`."""
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
    """Steps of a block to be."""

    def __init__(self, label: str | None) -> None:
        self.label = label
        self.steps: list[Step] = []
        self.made: set[str] = set()

    def add(self, step: Step) -> None:
        self.steps.append(step)
        self.made.add(step.result.name)

    def add_copy(self, copy: Step) -> None:
        """Have `copy` made before the first step that reads it."""
        first = next(n for n, step in enumerate(self.steps) if copy.result in step.args)
        self.steps.insert(first, copy)
        self.made.add(copy.result.name)

    def block(self, program: Program, scale: Scale) -> Block:
        if self.label is None:
            return Block(tuple(self.steps))
        parts = scale.ask(number_of_parts, load_of(self.label, self.steps, program))
        return Block(tuple(self.steps), self.label, parts) if parts else Block(tuple(self.steps))

    def gives(self, value: Value) -> bool:
        """Whether a later step of the same block may read `value`, which this group makes."""
        return self.label is None or self.label in value.labels


def _groups(todo: Sequence[Step], wanted: Collection[str], program: Program) -> list[_Group]:
    """The steps in groups: a copy of what is given is in that of its readers, if there is one."""
    made = {step.result.name for step in todo}
    copies = [
        step
        for step in todo
        if step.op is Op.COPY
        and step.result.name in program.divided
        and step.result.name not in wanted
        and step.args[0].name not in made
    ]
    while True:
        groups: list[_Group] = []
        others = [step for step in todo if step not in copies]
        for number, step in enumerate(others):
            _place(step, others[number:], groups, program)
        homes = [_home(copy, groups, program.divided[copy.result.name]) for copy in copies]
        if None not in homes:
            break
        copies = [copy for copy, home in zip(copies, homes, strict=True) if home]
    for copy, home in zip(copies, homes, strict=True):
        assert home is not None
        home.add_copy(copy)
    return groups


def _home(copy: Step, groups: Iterable[_Group], labels: Labels) -> _Group | None:
    """The group that alone reads `copy`, if it is done along one of the labels."""
    readers = [group for group in groups if any(copy.result in step.args for step in group.steps)]
    return readers[0] if len(readers) == 1 and readers[0].label in labels else None


def _place(step: Step, rest: Sequence[Step], groups: list[_Group], program: Program) -> None:
    """Put `step` into the first group that can have it, or into a new one."""
    first, labels = _first(step, groups), _labels(step, program)
    # What is done whole keeps its place, where arrays come late and go early.
    for group in groups[first if labels else max(first, len(groups) - 1) :]:
        if group.label in labels if labels else group.label is None:
            group.add(step)
            return
    label = _best(labels, rest, program) if labels else None
    groups.append(_Group(label))
    groups[-1].add(step)


def _labels(step: Step, program: Program) -> Labels:
    """The labels of which `step` has blocks; a copy for several of them is made whole."""
    return program.divided.get(step.result.name, ()) if step.op is not Op.COPY else ()


def _first(step: Step, groups: Sequence[_Group]) -> int:
    """The number of the first group after which all arguments of `step` are there."""
    first = 0
    for number, group in enumerate(groups):
        made = [arg for arg in step.args if arg.name in group.made]
        if made:
            first = number if all(map(group.gives, made)) else number + 1
    return first


def _best(labels: Labels, rest: Iterable[Step], program: Program) -> str:
    """The label in whose blocks most bytes are moved."""
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
    """That of `labels` whose arrays have most bytes, those in short runs counting less."""
    gains = {
        label: sum(_weight(label, array, sizes) for array in arrays)
        for label, arrays in zip(labels, moved, strict=True)
    }
    return max(labels, key=gains.__getitem__)


def _weight(label: str, array: Labels, sizes: Sizes) -> float:
    nbytes = sizes.nbytes(array)
    return nbytes / (1 + array.index(label)) if label in array else 0.5 * nbytes


def _joined(found: Iterable[Block]) -> Iterator[Block]:
    """Blocks that are done whole, one after the other, as one."""
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
