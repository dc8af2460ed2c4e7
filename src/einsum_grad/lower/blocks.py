"""The steps of large arrays in blocks: what memory bounds is done block by block, on all cores.

A block is a range of one label. The steps of a block follow each other while its arrays are in the
cache, and blocks go to several threads. A batch of matrix products is shared the same way. A single
one stays whole: a BLAS has blocks and threads of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from einsum_grad.lower.product import Product, matrix_product, product_of, without
from einsum_grad.lower.program import Op, Program, Step, Value, is_view, steps, touched
from einsum_grad.lower.scale import Scale
from einsum_grad.lower.split import finishing, saving
from einsum_grad.plan import UNIT, diagonals

BLOCK = 1 << 21
"""The bytes that several steps of a block touch, roughly: the later ones find them in a cache."""

_LARGE = 1 << 18
"""The bytes of an array from which on it may be worth to have it in blocks."""

WORTH = 3 << 21
"""The bytes from which on it is worth to wake other threads.

There are few blocks then: threads that call NumPy in turns wait for each other.
"""

_PRODUCT = 1 << 12
"""The bytes that memory moves while `@` begins with one of its matrices, roughly."""

_PRODUCTS = 4
"""How many multiplications of a matrix product take the time to move one number."""

_SHARED = 8
"""The matrices of a batch, at least, for cores to share them: fewer they share unequally."""

_RUN = 1 << 9
"""The bytes side by side in memory that a part should have for one index of its label."""

_FEW = 1 << 16
"""The bytes of an array that every block may read, or add to, as a whole."""


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
    todo: Sequence[Step], wanted: Collection[str], scale: Scale, going: Collection[str] = ()
) -> tuple[Block, ...]:
    """Put the steps into blocks, in an order in which each finds what it reads.

    `wanted` are the names of the values that the function is to return, `going` of those that it
    is given and that can go as soon as they were read.
    """
    groups: list[_Group] = []
    for number, step in enumerate(todo):
        _place(step, todo[number:], groups, scale)
    found = tuple(_joined(group.block(scale) for group in groups))
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


def passing(program: Program) -> set[Value]:
    """The values that `program` never has as a whole, as a block makes and uses each part."""
    found = _divided(program)
    return {step.result for block in found for step in block.steps if step.result not in block.kept}


def comes_together(program: Program) -> bool:
    """Whether blocks of the output can be those of gradients, where the cotangent is there."""
    if program.scale is None:
        return False
    forward, backward = tuple(steps(program.forward)), tuple(steps(program.backward))
    wanted = _names((program.output, *program.gradients))
    found = blocks((*forward, *backward), wanted, program.scale)
    both = (set(forward), set(backward))
    return any(
        block.label is not None and not any(part.isdisjoint(block.steps) for part in both)
        for block in found
    )


def _divided(program: Program) -> list[Block]:
    """The blocks with a label in the functions for the output and for the gradients."""
    if program.scale is None:
        return []
    functions = (
        (saving(program), program.residuals, ()),
        (finishing(program), (program.output,), ()),
        (tuple(steps(program.backward)), program.gradients, program.residuals),
    )
    found = (
        block
        for todo, values, going in functions
        for block in blocks(todo, _names(values), program.scale, _names(going))
    )
    return [block for block in found if block.label is not None]


def _names(values: Iterable[Value]) -> set[str]:
    return {value.name for value in values}


class _Group:
    """Steps of a block to be; with one at least that `is_due` blocks, and not only joins."""

    def __init__(self, label: str | None) -> None:
        self.label = label
        self.steps: list[Step] = []
        self.made: set[str] = set()
        self.is_due = False

    def add(self, step: Step, is_due: bool) -> None:
        self.steps.append(step)
        self.made.add(step.result.name)
        self.is_due = self.is_due or is_due

    def block(self, scale: Scale) -> Block:
        times = Counter(value for step in self.steps for value in {*touched(step)})
        moved = sum(scale.nbytes(value.labels) for value in times)
        again = sum(scale.nbytes(value.labels) for value in times if times[value] > 1)
        work = moved + sum(_effort(step, scale) for step in self.steps)
        if self.label is None or not self.is_due or work < WORTH:
            return Block(tuple(self.steps))
        # Two threads share an even number.
        parts = 2 * max(min(work // WORTH, 2), again // (2 * BLOCK))
        return Block(tuple(self.steps), self.label, min(parts, scale.volume((self.label,))))

    def gives(self, value: Value) -> bool:
        """Whether a later step of the same block may read `value`, which this group makes."""
        return self.label is None or self.label in value.labels


def _effort(step: Step, scale: Scale) -> int:
    """The bytes that memory moves while the matrix products of `step` are computed, roughly."""
    product = matrix_product(step)
    if product is None:
        return 0
    everything = scale.nbytes(step.pattern.input_labels())
    return everything // _PRODUCTS + _PRODUCT * scale.volume(product.looped)


def _place(step: Step, rest: Sequence[Step], groups: list[_Group], scale: Scale) -> None:
    """Put `step` into the first group that can have it, or into a new one."""
    first, due = _first(step, groups), _labels(step, scale)
    fitting = due or _joining(step, groups, rest, scale)
    # What is done whole keeps its place, where arrays come late and go early.
    for group in groups[first if fitting else max(first, len(groups) - 1) :]:
        if group.label in fitting if fitting else group.label is None:
            group.add(step, bool(due))
            return
    label = max(fitting, key=lambda label: _gain(label, rest, scale)) if fitting else None
    groups.append(_Group(label))
    groups[-1].add(step, bool(due))


def _first(step: Step, groups: Sequence[_Group]) -> int:
    """The number of the first group after which all arguments of `step` are there."""
    first = 0
    for number, group in enumerate(groups):
        made = [arg for arg in step.args if arg.name in group.made]
        if made:
            first = number if all(map(group.gives, made)) else number + 1
    return first


def _joining(
    step: Step, groups: Iterable[_Group], rest: Sequence[Step], scale: Scale
) -> tuple[str, ...]:
    """The labels along which `step`, which a BLAS does whole, joins blocks that there are anyway.

    Beside the threads of a BLAS, which wait for more on their cores, ours would have half of them.
    """
    if is_view(step) or step.op is not Op.CONTRACT or diagonals(step.args[0].labels):
        return ()
    largest = _largest(step, scale)
    if scale.nbytes(largest.labels) < _LARGE:
        return ()
    there = {group.label for group in groups}.union(*(_labels(other, scale) for other in rest))
    return tuple(
        label for label in largest.labels if label in there and _divides(label, step, scale)
    )


def _labels(step: Step, scale: Scale) -> tuple[str, ...]:
    """The labels along which `step` can be done in blocks; none if it is better done whole."""
    product = matrix_product(step)
    if product is not None:
        return tuple(label for label in product.looped if _is_shared(label, step, product, scale))
    if not _is_bound_by_memory(step, scale):
        return ()
    return tuple(label for label in _largest(step, scale).labels if _divides(label, step, scale))


def _largest(step: Step, scale: Scale) -> Value:
    return max((*step.args, step.result), key=lambda value: scale.nbytes(value.labels))


def _is_shared(label: str, step: Step, product: Product, scale: Scale) -> bool:
    """Whether cores share the matrices of `product` by `label`.

    Each is to write where its result lies, and what all of them read is to be the smaller array.
    """
    own = (without(group, product.looped) for group in (product.rows, product.columns))
    in_place = step.result.labels[0] == label or all(len(group) == 1 for group in own)
    sizes = {label in arg.labels: scale.nbytes(arg.labels) for arg in step.args}
    small = sizes.get(False, 0) <= sizes[True]
    return in_place and small and scale.volume((label,)) >= _SHARED


def _divides(label: str, step: Step, scale: Scale) -> bool:
    """Whether `step` can be done for some indices of `label` at a time."""
    if label == UNIT or scale.volume((label,)) < 2:
        return False
    return all(_is_divided(label, value, scale) for value in (*step.args, step.result))


def _is_divided(label: str, value: Value, scale: Scale) -> bool:
    """Whether parts of `value` lie in long runs of memory, or it is small enough to stay whole."""
    if scale.nbytes(value.labels) <= _FEW:
        return True
    if label not in value.labels:
        return False
    place = value.labels.index(label)
    before, after = value.labels[:place], value.labels[place + 1 :]
    return scale.volume(before) == 1 or scale.nbytes(after) >= _RUN


def _is_bound_by_memory(step: Step, scale: Scale) -> bool:
    if is_view(step) or scale.nbytes(_largest(step, scale).labels) < _LARGE:
        return False
    product = product_of(step)
    if product is None:
        return step.op in (Op.CONJUGATE, Op.ADD)
    # A BLAS multiplies one matrix by one vector on all cores.
    return bool(product.batch) or not (product.rows or product.columns) or not product.contracted


def _gain(label: str, rest: Iterable[Step], scale: Scale) -> float:
    """The bytes that are moved in blocks of `label`, those in short runs counting less."""
    gain = 0.0
    for step in rest:
        if label in _labels(step, scale):
            gain += sum(_weight(label, value, scale) for value in touched(step))
    return gain


def _weight(label: str, value: Value, scale: Scale) -> float:
    nbytes = scale.nbytes(value.labels)
    if label not in value.labels:
        return 0.5 * nbytes
    return nbytes / (1 + value.labels.index(label))


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
