"""Contractions of arrays with an ellipsis: NumPy's calls loop over the axes that it stands for."""

from __future__ import annotations

from einsum_grad.emit.context import Context
from einsum_grad.emit.product import einsum, has_einsum, multiplied
from einsum_grad.emit.tree import Assign, Call, Expression, Statement, call
from einsum_grad.emit.view import diagonal, transposed
from einsum_grad.lower import Kind, Product, Step, Value, only, product_of, without
from einsum_grad.plan import ELLIPSIS, Labels, diagonals, distinct

Form = tuple[tuple[Statement, ...], Expression]


def over_ellipsis(step: Step, context: Context) -> Form | None:
    """The contraction with the ellipsis as it is; None where that takes it for one axis."""
    product, output = product_of(step), step.result.labels
    value: Expression | None
    if product is None:
        if context.target.einsums and step.args[0].labels != output:
            return (), einsum(step)
        if len(step.args) > 1 or (output and ELLIPSIS not in output):
            return None
        if not output:
            total = "total" in context.target.spellings and not diagonals(step.args[0].labels)
            return ((), call("total", step.args[0].name)) if total else None
        value = einsum(step) if has_einsum(step, context) else None
        if value is None or step.args[0].labels == output:
            value = _alone(step.args[0], output, context)
        return None if value is None else ((), value)
    if ELLIPSIS in product.contracted and not context.target.einsums:
        return _summed(product, context)
    value = _multiplied(product, context) if product.kind is Kind.MULTIPLY else _matrices(product)
    if value is None:
        value = einsum(step) if has_einsum(step, context) else _vectors(product, context)
    return None if value is None else ((), value)


def _alone(arg: Value, output: Labels, context: Context) -> Expression | None:
    """The diagonals of an array summed, where no axis moves."""
    labels, array = arg.labels, call("view", arg.name)
    if diagonals(labels):
        view, labels = diagonal(arg.name, labels), distinct(labels)
        if isinstance(view, Call) and view.operation == "transpose":
            return None
        array = call("diagonal", arg.name, arg.labels, context.shape(labels))
    if only(labels, output) != output:
        return None
    return array if labels == output else _sum(array, labels, output)


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
    rank = call("rank", context.array_like(product.left))
    axes = Assign("axes", call("range", call("minus", rank, len(own)) if own else rank))
    value = call("tensordot", *pair, axes=Call("tuple", ("axes", "axes")))
    return (axes,), transposed(value, (*own, *right[count:]), product.output)


def _multiplied(product: Product, context: Context) -> Expression | None:
    """The elementwise product, where both arrays have the output's order and broadcast."""
    pair, output = (product.left, product.right), product.output
    if not _aligns(pair, output) or any(only(output, arg.labels) != arg.labels for arg in pair):
        return None
    return multiplied(pair, output, context)


def _matrices(product: Product) -> Expression | None:
    """The product by `@`, where the batch leads what has it and two or fewer axes follow."""
    lead = product.batch or (ELLIPSIS,)
    if len(product.contracted) > 1 or lead[0] != ELLIPSIS:
        return None
    for turned in (product, product.swapped()):
        rows = without(turned.rows, (ELLIPSIS,))
        columns = without(turned.columns, (ELLIPSIS,))
        if (*lead, *rows, *columns) != product.output or max(len(rows), len(columns)) > 1:
            continue
        plain = ELLIPSIS not in turned.right.labels
        if not (rows or plain) or not (columns or plain):
            continue
        left = _matrix(turned.left, lead, (*rows, *turned.contracted))
        right = _matrix(turned.right, lead, (*turned.contracted, *columns))
        if left and right:
            return call("matmul", left, right)
    return None


def _vectors(product: Product, context: Context) -> Expression | None:
    """The elementwise product summed, where the ellipsis leads and both arrays have one order."""
    pair = (product.left, product.right)
    every = max((each.labels for each in pair), key=len)
    kinds = (Kind.ROW_DOT, *([Kind.MATVEC] if context.target.sums_vectors else []))
    ordered = all(only(every, each.labels) == each.labels for each in pair)
    fits = _aligns(pair, every) and without(every, product.contracted) == product.output
    if product.kind not in kinds or not ordered or not fits:
        return None
    return _sum(multiplied(pair, every, context), every, product.output)


def _aligns(pair: tuple[Value, Value], labels: Labels) -> bool:
    """Whether arrays broadcast to `labels`: the ellipsis leads these, or both arrays have it."""
    return labels[0] == ELLIPSIS or all(ELLIPSIS in each.labels for each in pair)


def _sum(array: Expression, labels: Labels, output: Labels) -> Call:
    """`array` summed over what `output` lacks; axes after an ellipsis count from the end."""
    dots = labels.index(ELLIPSIS)
    axes = tuple(
        axis if axis < dots else axis - len(labels)
        for axis, label in enumerate(labels)
        if label not in output
    )
    return call("sum", array, axis=axes[0] if len(axes) == 1 else Call("tuple", axes))


def _matrix(value: Value, lead: Labels, wanted: Labels) -> Expression | None:
    """`value` with the axes `wanted`, after those of the batch."""
    labels = value.labels
    leads = labels[: len(lead)] == lead
    own = labels[len(lead) :] if leads else labels
    if own == wanted:
        return value.name
    if own != wanted[::-1]:
        return None
    return call("swapaxes", value.name, -1, -2) if leads else transposed(value.name, own, wanted)
