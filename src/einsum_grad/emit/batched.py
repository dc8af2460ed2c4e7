"""Contractions of arrays with an ellipsis: NumPy's calls loop over the axes that it stands for."""

from __future__ import annotations

from einsum_grad.emit.context import Context
from einsum_grad.emit.product import einsum, has_einsum
from einsum_grad.emit.tree import Assign, Call, Expression, Statement, call
from einsum_grad.emit.view import aligned, transposed
from einsum_grad.lower import Kind, Product, Step, Value, only, product_of, without
from einsum_grad.plan import ELLIPSIS, Labels

Form = tuple[tuple[Statement, ...], Expression]


def over_ellipsis(step: Step, context: Context) -> Form | None:
    """The contraction with the ellipsis as it is; None where that takes it for one axis."""
    product, output = product_of(step), step.result.labels
    if product is None:
        if len(step.args) > 1 or ELLIPSIS not in output:
            return None
        if step.args[0].labels == output:
            return (), call("view", step.args[0].name)
        return ((), einsum(step)) if has_einsum(step, context) else None
    if ELLIPSIS in product.contracted:
        return _summed(product, context)
    value = _multiplied(product) if product.kind is Kind.MULTIPLY else _matrices(product)
    if value is None:
        value = einsum(step) if has_einsum(step, context) else _row_dot(product)
    return None if value is None else ((), value)


def _summed(product: Product, context: Context) -> Form | None:
    """The ellipsis and what follows it is summed, where it leads both arrays."""
    left, right = product.left.labels, product.right.labels
    count = len(product.contracted)
    shared = left[:count]
    if product.batch or right[:count] != shared or left[0] != ELLIPSIS:
        return None
    pair = (product.left.name, product.right.name)
    if left == right and not context.program.traits.complex and "vdot" in context.target.spellings:
        return (), call("vdot", *pair)
    own = left[count:]
    rank = f"{context.array_like(product.left)}.ndim"
    axes = Assign("axes", call("range", f"{rank} - {len(own)}" if own else rank))
    value = call("tensordot", *pair, Call("tuple", ("axes", "axes")))
    return (axes,), transposed(value, (*own, *right[count:]), product.output)


def _multiplied(product: Product) -> Expression | None:
    """The elementwise product, where both arrays have the output's order and broadcast."""
    pair, output = (product.left, product.right), product.output
    if output[0] != ELLIPSIS or any(only(output, arg.labels) != arg.labels for arg in pair):
        return None
    return Call("multiply", tuple(aligned(arg.name, arg.labels, output) for arg in pair))


def _matrices(product: Product) -> Expression | None:
    """The product by `@`, where the ellipsis leads what has it and two or fewer axes follow."""
    if len(product.contracted) > 1 or without(product.batch, (ELLIPSIS,)):
        return None
    for turned in (product, product.swapped()):
        rows = without(turned.rows, (ELLIPSIS,))
        columns = without(turned.columns, (ELLIPSIS,))
        if (ELLIPSIS, *rows, *columns) != product.output or max(len(rows), len(columns)) > 1:
            continue
        plain = ELLIPSIS not in turned.right.labels
        if not (rows or plain) or not (columns or plain):
            continue
        left = _matrix(turned.left, (*rows, *turned.contracted))
        right = _matrix(turned.right, (*turned.contracted, *columns))
        if left and right:
            return call("matmul", left, right)
    return None


def _row_dot(product: Product) -> Expression | None:
    """The elementwise product summed over the last axis, where both arrays have the same axes."""
    labels = product.left.labels
    if labels != product.right.labels or labels != (*product.output, *product.contracted):
        return None
    if len(product.contracted) > 1:
        return None
    return call("sum", call("multiply", product.left.name, product.right.name), axis=-1)


def _matrix(value: Value, wanted: Labels) -> Expression | None:
    """`value` with the axes `wanted`, after those of its ellipsis."""
    labels = value.labels
    leads = labels[0] == ELLIPSIS
    own = labels[1:] if leads else labels
    if own == wanted:
        return value.name
    if own != wanted[::-1]:
        return None
    return call("swapaxes", value.name, -1, -2) if leads else transposed(value.name, own, wanted)
