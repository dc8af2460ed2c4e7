"""`Product` to `Product`: operands that a BLAS reads in place, by copies where those pay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from einsum_grad.lower import machine
from einsum_grad.lower.layout.array_layouts import Values
from einsum_grad.lower.layout.axis_orders import as_matrix, copied, missing
from einsum_grad.lower.layout.copy_cost import is_part, is_spread
from einsum_grad.lower.layout.product import Kind, Product, is_matrix, only, product_of, without
from einsum_grad.lower.program import Op, Step, Value
from einsum_grad.lower.scale import Gap
from einsum_grad.plan import Labels

_BLAS = (Kind.MATMUL, Kind.MATVEC)
"""The kinds that a BLAS does for each index of a batch."""


def with_copies(product: Product, values: Values) -> Product:
    """Use the existing copies of the operands with which fewest new ones are needed."""
    lefts, rights = values.known(product.left), values.known(product.right)
    if len(lefts) == len(rights) == 1:
        return product
    pairs = (replace(product, left=one, right=other) for one in lefts for other in rights)
    return min(pairs, key=lambda pair: (missing(pair), len(pair.spread)))


def without_gaps(product: Product, values: Values, gaps: Mapping[str, Gap]) -> Product:
    """Copy operands with gaps whose groups no view merges, since each use would copy them.

    `gaps` has the operands' gaps, by name.
    """
    sides = ((product.left, product.rows), (product.right, product.columns))
    left, right = (
        values.copy(value, value.labels)
        if _is_torn(gaps.get(value.name), own, product) and not moved
        else value
        for (value, own), moved in zip(sides, copied(product), strict=True)
    )
    return replace(product, left=left, right=right)


def is_torn(product: Product, gaps: Mapping[str, Gap]) -> bool:
    """Whether one of the operands is a matrix that no BLAS reads through a view."""
    sides = ((product.left, product.rows), (product.right, product.columns))
    return any(_is_torn(gaps.get(value.name), own, product) for value, own in sides)


def _is_torn(gap: Gap | None, own: Labels, product: Product) -> bool:
    if gap is Gap.NUMBERS:
        # Two vectors are read only once, so as they are.
        return bool(product.rows or product.columns)
    several = (product.contracted, without(own, product.spread))
    matrices = gap is Gap.ROWS and product.kind is Kind.MATMUL
    return matrices and any(len(group) > 1 for group in several)


def gathered(product: Product, values: Values) -> Product:
    """Copy an operand to have no spread labels, where that costs less than the calls."""
    spread, left, right = product.spread, product.left, product.right
    if not spread or is_spread(product, values.scale):
        return product
    if spread[0] in left.labels:
        order = as_matrix(left.labels, product.rows, only(right.labels, product.contracted))
        return replace(product, left=values.copied(left, order))
    order = as_matrix(right.labels, product.columns, only(left.labels, product.contracted))
    return replace(product, right=values.copied(right, order))


def beside_matrices(product: Product, values: Values) -> Product:
    """Copy vectors whose batch is last for matrices whose batch is first.

    Tiny ones are multiplied as they lie, by an einsum.
    """
    turned = product if product.rows else product.swapped()
    matrix, vector = turned.left.labels, turned.right
    if values.scale is None or vector.labels[-1] not in turned.batch:
        return product
    is_blas = is_matrix(matrix, turned.batch, turned.rows, turned.contracted)
    own = (*turned.rows, *turned.contracted)
    if not is_blas or not values.scale.counts(own, machine.TINY_MATRIX + 1):
        return product
    order = (*turned.batch, *only(matrix, turned.contracted))
    return replace(turned, right=values.copied(vector, order))


def summed_later(product: Product, values: Values) -> Step | None:
    """A product for each index of the first label, to be summed later; None if no copy is saved.

    A vector is copied for this, being small beside its matrix.
    """
    is_vector = not (product.rows and product.columns)
    turned = product.swapped() if is_vector and product.columns else product
    left, right, first = turned.left, turned.right, turned.left.labels[0]
    order, output = (first, *without(right.labels, first)), (first, *turned.output)
    saves = copied(turned)[0] if is_vector else right.labels == order and missing(turned) > 0
    if values.scale is None or first not in turned.contracted or not saves:
        return None
    if not is_part(output, (left.labels, right.labels), values.scale):
        return None
    base = f"{left.name}_{right.name}"
    step = Step(Op.CONTRACT, Value(base, output), (left, Value(right.name, order)))
    batched = product_of(step)
    if batched is None or batched.kind not in _BLAS or missing(batched):
        return None
    result = Value(values.name(base, output), output)
    return Step(Op.CONTRACT, result, (left, values.copied(right, order)))


def is_read_once(product: Product, values: Values) -> bool:
    """Whether a large matrix that is multiplied with a vector would have to be copied.

    The copy takes longer than reading the array in place, once.
    """
    if values.scale is None or bool(product.rows) == bool(product.columns):
        return False
    return copied(product)[0 if product.rows else 1]
