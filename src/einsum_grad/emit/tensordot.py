"""The contraction of two arrays as they lie: by `@`, by `tensordot`, or as a sum of products."""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter

from einsum_grad.emit.context import Context
from einsum_grad.emit.groups import Pairing, one_each
from einsum_grad.emit.product import pairing_of, summed_product
from einsum_grad.emit.tree import Call, Expression, call
from einsum_grad.emit.view import transposed
from einsum_grad.lower import (
    Kind,
    Product,
    Step,
    Value,
    is_matrix,
    is_view,
    only,
    steps,
    without,
)
from einsum_grad.plan import Labels


def as_they_lie(step: Step, product: Product, context: Context) -> Pairing:
    """The call that computes `product`, the contraction of `step`."""
    if _is_summed(product, context):
        return summed_product(product)
    is_scalar = not (product.rows or product.columns) and len(product.contracted) > 1
    has_own = is_scalar and "vdot" in context.target.spellings
    if product.batch or not product.contracted or has_own:
        return pairing_of(step, product, context)
    if is_scalar and "scalar product" in context.target.spellings:
        left, right = product.left, product.right
        turned = transposed(right.name, right.labels, left.labels)
        return Pairing(call("scalar product", left.name, turned), ())
    _, pairing = min(_choices(product, context), key=itemgetter(0))
    return pairing


def _is_summed(product: Product, context: Context) -> bool:
    """Whether vectors meet matrices: a batch of them, or where a copy would make the matrix."""
    if not context.target.sums_vectors or product.kind is Kind.MULTIPLY:
        return False
    if product.batch:
        return product.kind is Kind.MATVEC
    turned = product if product.rows else product.swapped()
    alone = bool(turned.rows) and not turned.columns
    return alone and not is_matrix(turned.left.labels, (), turned.rows, turned.contracted)


_Choice = tuple[float, Pairing]
"""How much is against a call, in transposed arguments; and the call."""

_TENSORDOT, _GAPS = 1.5, 2.5
"""What is against the axes of a `tensordot`, and against a result that has gaps in memory."""


def _choices(product: Product, context: Context) -> Iterator[_Choice]:
    pair = (product.left, product.right)
    plain = len(product.contracted) == 1 and not any(_has_gaps(each, context) for each in pair)
    small = max(len(each.labels) for each in pair) <= 2
    folds = "fold" in context.target.spellings
    for turned in (product, product.swapped()):
        left, right, contracted = turned.left.labels, turned.right.labels, turned.contracted
        # A vector comes last: torch loses an axis of vector @ matrix in batches of tangents.
        wide = len(left) >= len(right) and len(right) <= 2
        if plain and wide and (len(left) <= 2 or (folds and left[-1:] == contracted)):
            yield _matrices(turned, "fold" if len(left) > 2 else "matmul")
        if not (plain and small):
            yield _tensordot(turned)


def _has_gaps(value: Value, context: Context) -> bool:
    """Whether a vector is a view, such as a diagonal, of which a library's autodiff makes outer
    products: these are slow.
    """
    if not context.target.apply:
        return False
    made = (step for step in steps(context.program.forward) if step.result == value)
    return len(value.labels) == 1 and any(map(is_view, made))


def _matrices(product: Product, operation: str) -> _Choice:
    """The matrices `left @ right`; the left one may have more rows than one axis has."""
    left, right, contracted = product.left, product.right, product.contracted
    wanted = (
        (*without(left.labels, contracted), *contracted),
        (*contracted, *without(right.labels, contracted)),
    )
    sides = zip((left, right), wanted, strict=True)
    value = call(operation, *(transposed(each.name, each.labels, axes) for each, axes in sides))
    turned = sum(each.labels != axes for each, axes in zip((left, right), wanted, strict=True))
    return turned + _gaps(product), Pairing(value, one_each(_free(product)))


def _tensordot(product: Product) -> _Choice:
    left, right, count = product.left, product.right, len(product.contracted)
    shared = only(left.labels, product.contracted)
    adjacent = left.labels[-count:] == shared == right.labels[:count]
    axes: Expression = count if adjacent else Call("tuple", _places((left, right), shared))
    value = call("tensordot", left.name, right.name, axes=axes)
    return _TENSORDOT + _gaps(product), Pairing(value, one_each(_free(product)))


def _gaps(product: Product) -> float:
    return _GAPS * (_free(product) != product.output)


def _places(pair: tuple[Value, Value], shared: Labels) -> tuple[Call, ...]:
    return tuple(Call("list", tuple(map(each.labels.index, shared))) for each in pair)


def _free(product: Product) -> Labels:
    """The labels of each array alone, in its order."""
    pair = (product.left, product.right)
    return tuple(label for each in pair for label in without(each.labels, product.contracted))
