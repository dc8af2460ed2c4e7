"""The labels along which steps on large arrays are divided."""

from __future__ import annotations

from collections.abc import Collection

from einsum_grad.lower import machine
from einsum_grad.lower.blocking.chunking import is_worth_waking
from einsum_grad.lower.layout.axis_orders import missing
from einsum_grad.lower.layout.product import (
    Kind,
    Product,
    matrix_product,
    only,
    product_of,
    without,
)
from einsum_grad.lower.program import Op, Step, Value, is_view
from einsum_grad.lower.scale import Scale, Sizes
from einsum_grad.plan import UNIT, Labels, diagonals


def divided(todo: Collection[Step], scale: Scale) -> dict[str, Labels]:
    """The labels along which the steps of a program are best divided, by the step's result.

    Sums, and products of a matrix and a vector, are in the blocks of others, which read the same
    arrays; alone they stay whole, and the helper that does them shares them.
    """
    found = {step.result.name: labels for step in todo if (labels := _due(step, scale))}
    if is_worth_waking([step for step in todo if step.result.name in found], scale):
        others = [step for step in todo if step.result.name not in found]
        found |= {step.result.name: labels for step in others if (labels := _also(step, scale))}
    return found


def _due(step: Step, scale: Scale) -> Labels:
    product = matrix_product(step)
    if product is not None:
        matrix = without(step.pattern.input_labels(), product.looped)
        small = not scale.counts(matrix, machine.SHARED_MATRIX)
        if small or scale.counts(matrix, machine.WHOLE_MATRIX + 1):
            return ()
        return tuple(label for label in product.looped if _is_shared(label, step, product, scale))
    if not _is_bound_by_memory(step, scale):
        return ()
    return tuple(label for label in _largest(step, scale) if _divides(label, step, scale))


def _also(step: Step, scale: Scale) -> Labels:
    """The label along which a sum, or a matrix times a vector, has chunks of whole rows."""
    if is_view(step) or step.op is not Op.CONTRACT or matrix_product(step) is not None:
        return ()
    rows = _largest(step, scale)
    if not rows or _may_be_whole(rows, scale) or diagonals(step.args[0].labels):
        return ()
    return rows[:1] if _divides(rows[0], step, scale) else ()


def _largest(step: Step, scale: Scale) -> Labels:
    arrays = tuple(value.labels for value in (*step.args, step.result))
    return arrays[scale.ask(_place_of_largest, arrays)]


def _place_of_largest(sizes: Sizes, arrays: tuple[Labels, ...]) -> int:
    return max(range(len(arrays)), key=lambda place: sizes.nbytes(arrays[place]))


def _is_shared(label: str, step: Step, product: Product, scale: Scale) -> bool:
    """Whether cores share the matrices of `product` along `label`.

    Each has to write its result in place, and what all of them read has to be the smaller array.
    """
    own = (without(group, product.looped) for group in (product.rows, product.columns))
    in_place = step.result.labels[0] == label or all(len(group) == 1 for group in own)
    terms = {label in arg.labels: arg.labels for arg in step.args}
    small = False not in terms or scale.ask(_is_smaller, terms[False], terms[True])
    return in_place and small and scale.counts((label,), machine.SHARED_BATCH)


def _is_smaller(sizes: Sizes, one: Labels, other: Labels) -> bool:
    return sizes.nbytes(one) <= sizes.nbytes(other)


def _divides(label: str, step: Step, scale: Scale) -> bool:
    """Whether `step` can be done for a range of `label` at a time."""
    if label == UNIT or not scale.counts((label,), 2) or _is_within_group(label, step):
        return False
    return all(_is_divided(label, value, scale) for value in (*step.args, step.result))


def _is_within_group(label: str, step: Step) -> bool:
    """Whether chunks of an array would have to be copied to be read as matrices."""
    product = product_of(step)
    if product is None or product.kind is Kind.MULTIPLY or missing(product):
        return False
    sides = ((product.left, product.rows), (product.right, product.columns))
    groups = (only(arg.labels, g) for arg, own in sides for g in (own, product.contracted))
    return any(label in group[1:] for group in groups)


def _is_divided(label: str, value: Value, scale: Scale) -> bool:
    """Whether chunks of `value` are long contiguous runs, or it is small enough to stay whole."""
    if _may_be_whole(value.labels, scale):
        return True
    if label not in value.labels:
        return False
    place = value.labels.index(label)
    before, after = value.labels[:place], value.labels[place + 1 :]
    return not scale.counts(before, 2) or scale.reaches(after, machine.CHUNK_RUN)


def _may_be_whole(labels: Labels, scale: Scale) -> bool:
    return not scale.reaches(labels, machine.WHOLE_IN_BLOCKS + 1)


def _is_bound_by_memory(step: Step, scale: Scale) -> bool:
    if is_view(step) or _may_be_whole(_largest(step, scale), scale):
        return False
    product = product_of(step)
    if product is None:
        return step.op in (Op.CONJUGATE, Op.ADD)
    # One matrix times one vector a BLAS does on all cores.
    return bool(product.batch) or not (product.rows or product.columns) or not product.contracted
