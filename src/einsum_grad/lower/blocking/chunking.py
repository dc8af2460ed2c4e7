"""How many chunks a block has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from einsum_grad.lower import machine
from einsum_grad.lower.layout.product import Kind, matrix_product, product_of
from einsum_grad.lower.program import Op, Program, Step, is_view, touched
from einsum_grad.lower.scale import Sizes
from einsum_grad.plan import Labels


@dataclass(frozen=True, slots=True)
class Load:
    """What the steps of a block do, as far as its number of chunks depends on it."""

    label: str
    moved: tuple[tuple[Labels, bool], ...]
    """The arrays that the steps touch, and whether more than one step does."""
    passing: tuple[Labels, ...]
    """Those that pass from step to step: memory that a caller doesn't expect."""
    products: tuple[Labels, ...]
    """The labels of each product of matrices."""
    vectors: tuple[Labels, ...]
    """The results of matrices times vectors."""
    sums: bool
    copies: bool


def load_of(label: str, steps: Sequence[Step], program: Program) -> Load:
    """The load of a block of `steps` along `label`."""
    times = Counter(value for step in steps for value in {*touched(step)})
    read = dict.fromkeys(arg for step in steps for arg in step.args)
    made, copies = {step.result.name for step in steps}, [s for s in steps if s.op is Op.COPY]
    # A pullback would keep copies of operands anyway: that memory is expected.
    saved = {copy.result.name for copy in copies if copy.args[0] in program.operands}
    return Load(
        label,
        tuple((value.labels, number > 1) for value, number in times.items()),
        tuple(arg.labels for arg in read if arg.name in made - saved),
        tuple(step.pattern.input_labels() for step in steps if matrix_product(step)),
        tuple(step.result.labels for step in steps if _is_vectors(step)),
        any(map(_is_sum, steps)),
        bool(copies),
    )


def _is_sum(step: Step) -> bool:
    """Whether `step` is a sum, or a matrix times a vector."""
    product = product_of(step)
    if product is None:
        return step.op is Op.CONTRACT and not is_view(step)
    return bool(product.contracted) and not product.batch and matrix_product(step) is None


def _is_vectors(step: Step) -> bool:
    """Whether `step` is a batch of matrices times vectors."""
    product = product_of(step)
    return product is not None and product.kind is Kind.MATVEC


def number_of_parts(sizes: Sizes, load: Load) -> int:
    """The number of chunks of a block; 0 if waking another thread doesn't pay.

    It is even, for two threads: two each where one would otherwise wait long for the other.
    """
    total = sum(sizes.nbytes(labels) for labels, _ in load.moved)
    moved = total + sum(map(sizes.nbytes, load.products)) // machine.MULTIPLICATIONS_PER_MOVE
    if moved < (machine.WAKE_FOR_BLOCKS_OF_SUMS if load.sums else machine.WAKE_FOR_BLOCKS):
        return 0
    size, held = sizes.volume((load.label,)), sum(map(sizes.nbytes, load.passing))
    passing = machine.PASSING_SHARE * held // total
    if load.copies:
        long = machine.LONG_BLOCK if load.products else machine.LONG_BLOCK_OF_COPIES
        return min(2 * max(1, min(moved // long, 2), passing), size)
    again = sum(sizes.nbytes(labels) for labels, several in load.moved if several)
    pairs = max(1, min(moved // machine.LONG_BLOCK, 2), again // (2 * machine.CORE_CACHE), passing)
    vectors = (sizes.volume(labels) for labels in load.vectors if load.label in labels)
    few = min((numbers // (2 * machine.UNLOCKED_ROUNDED) for numbers in vectors), default=pairs)
    return min(2 * max(1, min(pairs, few)), size)
