"""The contraction of two arrays by the fastest operation for it."""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping

from einsum_grad.emit.steps.context import Context
from einsum_grad.emit.steps.groups import ROLES, Pairing, matrix, merged, one_each
from einsum_grad.emit.steps.view import aligned, indexed, transposed
from einsum_grad.emit.text.tree import Call, Expression, call
from einsum_grad.lower import (
    LETTERS,
    Kind,
    Product,
    Step,
    Value,
    is_matrix,
    machine,
    missing,
    only,
    without,
)
from einsum_grad.plan import ELLIPSIS, UNIT, Labels, Pattern


def einsum(step: Step) -> Call:
    """`step` as an einsum."""
    options = {"optimize": "True"} if len(step.args) > 2 else {}
    return call("einsum", subscripts(step.pattern), *(arg.name for arg in step.args), **options)


def has_einsum(step: Step, context: Context) -> bool:
    """Whether the target writes `step` as an einsum, for which there must be letters."""
    return "einsum" in context.target.spellings and len(step.pattern.labels()) <= LETTERS


def subscripts(pattern: Pattern) -> Call:
    """Einsum subscripts of `pattern`, renamed where a label is not one letter."""
    labels = without(pattern.labels(), (ELLIPSIS,))
    if not all(len(label) == 1 for label in labels):
        pattern = pattern.rename(dict(zip(labels, string.ascii_letters, strict=False)))
    return call("text", str(pattern))


def pairing_of(step: Step, product: Product, context: Context) -> Pairing:
    """The call that computes `product`, the contraction of `step`."""
    return _PAIRINGS[product.kind](step, product, context)


def _multiply(step: Step, product: Product, context: Context) -> Pairing:
    """Nothing is summed: an elementwise product, each array brought to the output's axes."""
    scalars = not product.left.labels and not product.right.labels
    if scalars and context.program.traits.whole:
        return einsum_pairing(step, product, context)
    axes = one_each(product.output)
    if _is_outer(product) and context.program.scale is None and not context.program.singletons:
        column, row = sorted((product.left, product.right), key=_first_in(product.output))
        # For small vectors this takes half the time of a product that broadcasts, and no buffer.
        standing = call("index", column.name, ":", "None")
        return Pairing(call("dot", standing, call("index", row.name, "None", ":")), axes)
    return Pairing(multiplied((product.left, product.right), product.output, context), axes)


def multiplied(pair: tuple[Value, Value], output: Labels, context: Context) -> Call:
    """The elementwise product of arrays brought to the axes `output`.

    Where nothing is copied to suit it, what is made of the cotangent is the first factor, as in a
    library's own autodiff: the product lies in memory as its first factor does.
    """
    if not context.target.copies and pair[0] not in context.cotangents:
        pair = pair[::-1] if pair[1] in context.cotangents else pair
    sides = tuple(aligned(arg.name, arg.labels, output) for arg in pair)
    scalars = [v for v, side in zip(pair, sides, strict=True) if _may_be_scalar(v, side)]
    scales = "scale" in context.target.spellings and len(scalars) == 1
    return Call("scale" if scales else "multiply", sides)


def _may_be_scalar(value: Value, side: Expression) -> bool:
    return side == value.name and not without(value.labels, (ELLIPSIS,))


def _is_outer(product: Product) -> bool:
    """Whether two vectors make a matrix."""
    return not product.batch and len(product.rows) == len(product.columns) == 1


def _first_in(output: Labels) -> Callable[[Value], int]:
    """A key: where a vector's axis stands in the output."""
    return lambda vector: output.index(vector.labels[0])


def _matmul(step: Step, product: Product, context: Context) -> Pairing:
    """A matrix product; several labels of a group are made one axis."""
    if product.batch_is_last or missing(product):
        return einsum_pairing(step, product, context)
    if product.left.labels == product.right.labels and context.program.scale is None:
        return _scalar(product, context)
    product = product.in_order()
    spread = product.spread
    rows, columns = without(product.rows, spread), without(product.columns, spread)
    contracted = _contracted(product)
    batches = [(*product.batch, *only(spread, v.labels)) for v in (product.left, product.right)]
    left, before = matrix("left", product.left, batches[0], (rows, contracted), context)
    right, more = matrix("right", product.right, batches[1], (contracted, columns), context)
    batch = (*product.batch, *spread)
    axes = (*one_each(batch), *filter(None, (rows, columns)))
    # Two matrices cost np.dot less than half of what they cost np.matmul, where they are small. But
    # an array of one number is a factor to it, and of 0 times nan it makes 0.
    operation = "matmul" if batch or context.program.singletons else "dot"
    return Pairing(call(operation, left, right), axes, (*before, *more))


def _scalar(product: Product, context: Context) -> Pairing:
    """The scalar product of two arrays: of real ones np.vdot, which conjugates its first."""
    left, right = product.left, product.right
    if len(product.contracted) == 1:
        return Pairing(call("matmul", left.name, right.name), ())
    if _is_real(context) and "vdot" in context.target.spellings:
        return Pairing(call("vdot", left.name, right.name), ())
    return Pairing(call("matmul", call("ravel", left.name), call("ravel", right.name)), ())


def _padded(product: Product, context: Context) -> Pairing:
    """A matrix product with an axis of size 1 for each group that has no label."""
    product = product.in_order()
    rows, columns, contracted = product.rows, product.columns, _contracted(product)
    pair, sides = (product.left, product.right), ((rows, contracted), (contracted, columns))
    axes = (*one_each(product.batch), rows, columns)
    if max(map(len, (rows, columns, contracted))) > 1:
        (left, before), (right, more) = (
            matrix(role, value, product.batch, groups, context)
            if all(groups)
            else (role, (merged(role, value, product.batch, groups, context),))
            for role, value, groups in zip(ROLES, pair, sides, strict=True)
        )
        return Pairing(call("matmul", left, right), axes, (*before, *more))
    matrices = (
        _with_units(value, product.batch, groups) for value, groups in zip(pair, sides, strict=True)
    )
    value = Call("matmul", tuple(matrices))
    labels = tuple(axis[0] if axis else UNIT for axis in axes)
    if UNIT in labels:
        value = indexed(value, labels, "0")
    return Pairing(value, tuple(filter(None, axes)))


def _with_units(value: Value, batch: Labels, groups: tuple[Labels, ...]) -> Expression:
    """`value` with an axis of size 1 for each group that has no label, where others have one."""
    wanted = (*batch, *(group[0] if group else UNIT for group in groups))
    view = transposed(value.name, value.labels, without(wanted, (UNIT,)))
    return indexed(view, wanted, "None") if UNIT in wanted else view


def _contracted(product: Product) -> Labels:
    """The contracted labels in the order that the left array has."""
    return only(product.left.labels, product.contracted)


def _row_dot(step: Step, product: Product, context: Context) -> Pairing:
    """A scalar product for each batch index: where it runs along the last axes, np.vecdot."""
    batch, contracted = product.batch, _contracted(product)
    fits = product.left.labels == product.right.labels == (*batch, *contracted)
    scale = context.program.scale
    if not fits or "vecdot" not in context.target.spellings:
        return einsum_pairing(step, product, context)
    is_short = scale is not None and not scale.counts(contracted, machine.SHORT_ROW)
    if scale and len(contracted) == 1 and not scale.counts(contracted, machine.FEW_COLUMNS + 1):
        return Pairing(call("row_dots", product.left.name, product.right.name), one_each(batch))
    if is_short or not _is_real(context):
        return einsum_pairing(step, product, context)
    left, before = matrix("left", product.left, batch, (contracted, ()), context)
    right, more = matrix("right", product.right, batch, (contracted, ()), context)
    return Pairing(call("vecdot", left, right), one_each(batch), (*before, *more))


def _matvec(step: Step, product: Product, context: Context) -> Pairing:
    """A matrix times a vector for each batch index."""
    product = product.swapped() if product.columns else product
    batch, rows, contracted = product.batch, product.rows, _contracted(product)
    vector = product.right.labels
    fits = is_matrix(product.left.labels, batch, rows, contracted) and (
        vector[-1] not in batch and only(vector, contracted) == contracted
    )
    if not fits or "matvec" not in context.target.spellings:
        return einsum_pairing(step, product, context)
    left, before = matrix("left", product.left, batch, (rows, contracted), context)
    right, more = matrix("right", product.right, batch, (contracted, ()), context)
    return Pairing(call("matvec", left, right), (*one_each(batch), rows), (*before, *more))


def einsum_pairing(step: Step, product: Product, context: Context) -> Pairing:
    """The same by an einsum, while there are letters: without BLAS, so on one core."""
    if has_einsum(step, context):
        return Pairing(einsum(step), one_each(product.output))
    if product.kind is Kind.ROW_DOT:
        return summed_product(product)
    return _padded(product, context)


def summed_product(product: Product) -> Pairing:
    """The sum of an elementwise product over the contracted labels."""
    every = max(product.left.labels, product.right.labels, key=len)
    sides = (aligned(arg.name, arg.labels, every) for arg in (product.left, product.right))
    axes = tuple(map(every.index, product.contracted))
    kept = without(every, product.contracted)
    options = {"axis": axes[0] if len(axes) == 1 else Call("tuple", axes)}
    return Pairing(call("sum", Call("multiply", tuple(sides)), **options), one_each(kept))


def _is_real(context: Context) -> bool:
    """Whether np.vecdot, which conjugates its first argument, is the plain scalar product."""
    return not context.program.traits.complex


_PAIRINGS: Mapping[Kind, Callable[[Step, Product, Context], Pairing]] = {
    Kind.MULTIPLY: _multiply,
    Kind.MATMUL: _matmul,
    Kind.ROW_DOT: _row_dot,
    Kind.MATVEC: _matvec,
}
