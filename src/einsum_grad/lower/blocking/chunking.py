"""Whether another thread is worth waking, and how many chunks a block has."""

from __future__ import annotations

from collections.abc import Collection
from itertools import chain

from einsum_grad.lower import machine
from einsum_grad.lower.layout.product import matrix_product, product_of
from einsum_grad.lower.program import Op, Step, is_view, touched
from einsum_grad.lower.scale import Scale, Sizes
from einsum_grad.plan import Labels

Arrays = tuple[Labels, ...]


def is_worth_waking(todo: Collection[Step], scale: Scale) -> bool:
    """Whether `todo` takes one core so long that another thread pays."""
    return scale.ask(_is_worth_waking, _moved(todo), _multiplied(todo))


def number_of_chunks(label: str, todo: Collection[Step], scale: Scale) -> int:
    """The chunks of a block of `todo` along `label`; 0 if it isn't to be one.

    It is even, for two threads, and depends on sizes alone: so do the bits of a sum. Where waking
    another thread doesn't pay, sums have one chunk: a BLAS would wake its own, which then spin on a
    core that other blocks need.
    """
    if not is_worth_waking(todo, scale):
        return int(any(map(_is_sum, todo)))
    return scale.ask(_number_of_chunks, label, _moved(todo), _multiplied(todo))


def _is_sum(step: Step) -> bool:
    """Whether `step` is a sum, or a matrix times a vector."""
    product = product_of(step)
    if product is None:
        return step.op is Op.CONTRACT and not is_view(step)
    return bool(product.contracted) and not product.batch and matrix_product(step) is None


def _moved(todo: Collection[Step]) -> Arrays:
    """The arrays that `todo` reads and makes, each once."""
    return tuple(value.labels for value in dict.fromkeys(chain.from_iterable(map(touched, todo))))


def _multiplied(todo: Collection[Step]) -> Arrays:
    """The labels of each product of matrices."""
    return tuple(step.pattern.input_labels() for step in todo if matrix_product(step))


def _microseconds(sizes: Sizes, moved: Arrays, multiplied: Arrays) -> float:
    """How long one core takes."""
    move = sum(map(sizes.nbytes, moved)) / machine.MOVED_IN_A_MICROSECOND
    multiply = sum(map(sizes.nbytes, multiplied)) / machine.MULTIPLIED_IN_A_MICROSECOND
    return move + multiply


def _is_worth_waking(sizes: Sizes, moved: Arrays, multiplied: Arrays) -> bool:
    return _microseconds(sizes, moved, multiplied) >= 2 * machine.WAKING


def _number_of_chunks(sizes: Sizes, label: str, moved: Arrays, multiplied: Arrays) -> int:
    pairs = int(_microseconds(sizes, moved, multiplied) / (2 * machine.CHUNK))
    return min(2 * max(1, pairs), sizes.volume((label,)))
