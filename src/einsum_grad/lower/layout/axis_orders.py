"""The axis orders that suit a product, and what has to be copied for them."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from einsum_grad.lower.layout.product import Kind, Product, is_matrix, only, without
from einsum_grad.plan import Labels

Orders = tuple[Labels, Labels, Labels]
"""The axis orders that a product wants of its operands, and the one that its result has."""


def orders_of(product: Product) -> Orders:
    """The orders for `product`, by its kind."""
    return _ORDERS[product.kind](product)


def _multiplied(product: Product) -> Orders:
    """An elementwise product has the order of an operand that has all axes, if there is one."""
    left, right, output = product.left.labels, product.right.labels, product.output
    whole = [term for term in (left, right) if len(term) == len(output)]
    if output in whole:
        return left, right, output
    if whole:
        return left, right, whole[0]
    having = (term for term in (left, right) if output and output[-1] in term)
    return left, right, output if all(t[-1] == output[-1] for t in having) else interleaved(product)


def interleaved(product: Product) -> Labels:
    """The axes of an elementwise product in an order in which memory has those of both operands.

    >>> from einsum_grad.lower.program import Op, Step, Value
    >>> from einsum_grad.lower.layout.product import product_of
    >>> x, w, z = (Value(name, tuple(name)) for name in ("an", "bn", "nab"))
    >>> interleaved(product_of(Step(Op.CONTRACT, z, (x, w))))
    ('a', 'b', 'n')
    """
    left, right, order = product.left.labels, product.right.labels, list[str]()
    for label in left:
        before = right[: right.index(label)] if label in right else ()
        order += [*(other for other in before if other not in (*left, *order)), label]
    return (*order, *without(right, order))


def _row_dots(product: Product) -> Orders:
    return product.left.labels, product.right.labels, only(product.left.labels, product.batch)


def _matvecs(product: Product) -> Orders:
    """Matrices times vectors are in the order of the matrices: an einsum reads both as they lie."""
    left, right = product.left.labels, product.right.labels
    matrix, vector = (left, right) if product.rows else (right, left)
    own = (*product.rows, *product.columns)
    if not is_matrix(matrix, product.batch, own, product.contracted):
        return left, right, only(matrix, product.output)
    natural = (*only(matrix, product.batch), *only(matrix, own))
    is_blas = vector[-1] in product.contracted
    return left, right, natural if is_blas else only(matrix, product.output)


@lru_cache(maxsize=1024)
def _matrices(product: Product) -> Orders:
    """(batch, rows, contracted) and (batch, contracted, columns), in any order of the three."""
    spread, left, right = product.spread, product.left.labels, product.right.labels
    if spread and only(left, product.contracted) == only(right, product.contracted):
        own = (*only(left, product.rows), *only(right, product.columns))
        return left, right, (*spread, *without(own, spread))
    left = _matrix(product.left.labels, product.batch, product.rows, product.contracted)
    right = _matrix(product.right.labels, product.batch, product.columns, product.contracted)
    if only(left, product.contracted) != only(right, product.contracted):
        left, right = _agreeing(product, left, right)
    own = (*only(left, product.rows), *only(right, product.columns))
    natural = (*product.batch, *own)
    return left, right, natural


def batch_last(product: Product) -> Orders:
    """The batch as the contiguous axis, along which an einsum multiplies tiny matrices."""
    batch = product.batch

    def order(labels: Labels) -> Labels:
        return labels if labels[-1] == batch[-1] else (*without(labels, batch), *batch)

    return order(product.left.labels), order(product.right.labels), order(product.output)


def _matrix(labels: Labels, batch: Labels, own: Labels, contracted: Labels) -> Labels:
    """`labels` if a view makes a matrix of them for each batch index; else the order of a copy."""
    if is_matrix(labels, batch, own, contracted):
        return labels
    return (*batch, *as_matrix(without(labels, batch), own, only(labels, contracted)))


def as_matrix(labels: Labels, own: Labels, summed: Labels) -> Labels:
    """The order in which an array with axes `labels` is a matrix.

    The last label stays last: a copy is fast if it reads and writes memory in the same order.

    >>> as_matrix(("h", "d", "k"), ("h", "k"), ("d",))
    ('d', 'h', 'k')
    """
    return (*summed, *own) if labels[-1] in own else (*own, *summed)


def missing(product: Product) -> int:
    """How many of the operands have to be copied for a matrix product."""
    return sum(copied(product))


def copied(product: Product) -> tuple[bool, bool]:
    """Whether the left and the right operand have to be copied into another order."""
    left, right, _ = _matrices(product)
    return left != product.left.labels, right != product.right.labels


def _agreeing(product: Product, left: Labels, right: Labels) -> tuple[Labels, Labels]:
    """Give the contracted labels one order: by a copy made anyway, or one of the smaller array."""
    change_left = left != product.left.labels or (
        right == product.right.labels and len(left) < len(right)
    )
    if change_left:
        return (*product.batch, *product.rows, *only(right, product.contracted)), right
    return left, (*product.batch, *only(left, product.contracted), *product.columns)


_ORDERS: dict[Kind, Callable[[Product], Orders]] = {
    Kind.MULTIPLY: _multiplied,
    Kind.MATMUL: _matrices,
    Kind.ROW_DOT: _row_dots,
    Kind.MATVEC: _matvecs,
}
