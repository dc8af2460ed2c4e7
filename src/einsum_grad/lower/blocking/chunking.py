"""In how many parts a block is done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from einsum_grad.lower.blocking.parallel_labels import WORTH
from einsum_grad.lower.layout.product import Kind, matrix_product, product_of
from einsum_grad.lower.program import Op, Program, Step, is_view, touched
from einsum_grad.lower.scale import Sizes
from einsum_grad.plan import Labels

BLOCK = 1 << 21
"""The bytes that several steps of a block touch, roughly: the later ones find them in a cache."""

_WORTH_OF_SUMS = 1 << 21
"""The bytes from which on sums are worth to wake other threads.

Those of a BLAS would do them else, and then look for more work on a core that other blocks need.
"""

_LONG = 3 << 23
"""The bytes of work that takes so long that it may be cut into more than a part for each thread."""

_LONG_COPIES = 1 << 26
"""The same where arrays are copied, and columns of them are read in longer pieces by few parts."""

_PASSING = 20
"""Threads hold at a time so many times less of what passes through a block than it moves."""

UNLOCKED = 1 << 10
"""Numbers of a result: NumPy keeps Python's lock for up to 500, and sizes are rounded up."""

_PRODUCTS = 4
"""How many multiplications of a matrix product take the time to move one number."""


@dataclass(frozen=True, slots=True)
class Load:
    """What the steps of a block do, as far as its number of parts depends on it."""

    label: str
    moved: tuple[tuple[Labels, bool], ...]
    """The arrays that the steps touch, and whether more than one does."""
    passing: tuple[Labels, ...]
    """Those of them that pass from a step to another: more memory than a caller expects."""
    products: tuple[Labels, ...]
    """What products of matrices have labels of."""
    vectors: tuple[Labels, ...]
    """The results of matrices times vectors."""
    sums: bool
    copies: bool


def load_of(label: str, steps: Sequence[Step], program: Program) -> Load:
    """What a block of `label` with some steps of `program` does."""
    times = Counter(value for step in steps for value in {*touched(step)})
    read = dict.fromkeys(arg for step in steps for arg in step.args)
    made, copies = {step.result.name for step in steps}, [s for s in steps if s.op is Op.COPY]
    # A pullback would keep the copies of operands: that they are there is expected.
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
    """Whether `step` is a sum, or multiplies a matrix and a vector."""
    product = product_of(step)
    if product is None:
        return step.op is Op.CONTRACT and not is_view(step)
    return bool(product.contracted) and not product.batch and matrix_product(step) is None


def _is_vectors(step: Step) -> bool:
    """Whether `step` multiplies matrices and vectors of a batch."""
    product = product_of(step)
    return product is not None and product.kind is Kind.MATVEC


def number_of_parts(sizes: Sizes, load: Load) -> int:
    """How many parts a block is done in; 0 where it is not worth to wake others.

    Two threads share an even number: two each, where neither is to wait long for the other.
    """
    total = sum(sizes.nbytes(labels) for labels, _ in load.moved)
    moved = total + sum(map(sizes.nbytes, load.products)) // _PRODUCTS
    if moved < (_WORTH_OF_SUMS if load.sums else WORTH):
        return 0
    size, held = sizes.volume((load.label,)), sum(map(sizes.nbytes, load.passing))
    if load.copies:
        long = _LONG if load.products else _LONG_COPIES
        pairs = max(1, min(moved // long, 2), _PASSING * held // total)
        return min(2 * pairs, size)
    again = sum(sizes.nbytes(labels) for labels, several in load.moved if several)
    pairs = max(1, min(moved // _LONG, 2), again // (2 * BLOCK), _PASSING * held // total)
    divided = (labels for labels in load.vectors if load.label in labels)
    few = min((sizes.volume(labels) // (2 * UNLOCKED) for labels in divided), default=pairs)
    return min(2 * max(1, min(pairs, few)), size)
