"""The labels along which steps on large arrays are divided."""

from __future__ import annotations

from collections.abc import Collection

from einsum_grad.lower import machine
from einsum_grad.lower.layout.axis_orders import missing
from einsum_grad.lower.layout.product import (
    Kind,
    Product,
    matrix_product,
    only,
    product_of,
    without,
)
from einsum_grad.lower.program import Op, Step, Value, is_view, touched
from einsum_grad.lower.scale import Scale, Sizes
from einsum_grad.plan import UNIT, Labels, diagonals


def divided(todo: Collection[Step], scale: Scale) -> dict[str, Labels]:
    """The labels along which the steps of a program are best divided, by the step's result.

    A BLAS does sums, and products of a matrix and a vector, whole on all cores. But where other
    steps are in blocks, so are these: a BLAS's threads spin after their work, and would take half
    of the cores from ours. So are matrix products, if all that a BLAS would share are thin. A copy
    is in a block if only that block reads it.
    """
    copied = frozenset(step.result.name for step in todo if step.op is Op.COPY)
    found = {step.result.name: labels for step in todo if (labels := _due(step, copied, scale))}
    moved = (touched(step) for step in todo if step.result.name in found)
    if scale.ask(_is_worth, tuple(value.labels for values in moved for value in values)):
        others = [step for step in todo if step.result.name not in found]
        found |= {step.result.name: labels for step in others if (labels := _also(step, scale))}
        thin = {
            step.result.name: _rows(step, scale)
            for step in others
            if _is_multiplied_on_all_cores(step, scale)
        }
        found |= thin if all(thin.values()) else {}
    copies = (step for step in todo if step.op is Op.COPY)
    return found | {step.result.name: labels for step in copies if (labels := _of(step, scale))}


def _is_worth(sizes: Sizes, arrays: tuple[Labels, ...]) -> bool:
    return sum(map(sizes.nbytes, arrays)) >= machine.WAKE_FOR_BLOCKS


def _due(step: Step, copied: frozenset[str], scale: Scale) -> Labels:
    product = matrix_product(step)
    if product is not None:
        if _are_small(step, product, scale) and copied.isdisjoint(arg.name for arg in step.args):
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
    if not rows or not scale.reaches(rows, machine.BLOCKED_ARRAY) or diagonals(step.args[0].labels):
        return ()
    return rows[:1] if _divides(rows[0], step, scale) else ()


def _is_multiplied_on_all_cores(step: Step, scale: Scale) -> bool:
    """Whether `step` is a matrix product that a BLAS shares among its threads."""
    everything = step.pattern.input_labels()
    is_product = matrix_product(step) is not None
    return is_product and scale.counts(everything, machine.BLAS_ONE_THREAD + 1)


def _rows(step: Step, scale: Scale) -> Labels:
    """The label of the rows of a matrix product one of whose three arrays is small."""
    label, *_ = _largest(step, scale)
    arrays = (*step.args, step.result)
    beside = (value.labels for value in arrays if label not in value.labels)
    if not scale.counts((label,), 2) or not all(_may_be_whole(v, scale) for v in beside):
        return ()
    in_rows = all(value.labels[0] == label for value in arrays if label in value.labels)
    return (label,) if in_rows else ()


def _of(copy: Step, scale: Scale) -> Labels:
    """The labels along which chunks of a copy still read whole cache lines."""
    source = copy.args[0].labels
    lines = enumerate(source)
    least = machine.CHUNK_RUN_OF_COPY
    return tuple(label for place, label in lines if scale.reaches(source[place:], least))


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
    matrix = without(step.pattern.input_labels(), product.looped)
    whole = scale.counts(matrix, machine.WHOLE_MATRIX + 1)
    return in_place and small and not whole and scale.counts((label,), machine.SHARED_BATCH)


def _are_small(step: Step, product: Product, scale: Scale) -> bool:
    """Whether the matrices of `product` are so small and few that one core is faster."""
    matrix = without(step.pattern.input_labels(), product.looped)
    if scale.counts(matrix, machine.SHARED_MATRIX):
        return False
    return not scale.reaches(_largest(step, scale), machine.SHARED_MATRICES)


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
    if is_view(step) or not scale.reaches(_largest(step, scale), machine.BLOCKED_ARRAY):
        return False
    product = product_of(step)
    if product is None:
        return step.op in (Op.CONJUGATE, Op.ADD)
    # One matrix times one vector a BLAS does on all cores.
    return bool(product.batch) or not (product.rows or product.columns) or not product.contracted
