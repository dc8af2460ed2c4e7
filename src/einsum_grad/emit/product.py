"""The contraction of two arrays as the NumPy call that does it best."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import chain

from einsum_grad.emit.context import Context
from einsum_grad.emit.steps import LETTERS, subscripts
from einsum_grad.emit.view import aligning, transposing
from einsum_grad.lower import Kind, Product, Step, Value, is_matrix, missing, only, without
from einsum_grad.plan import Labels

ROLES = ("left", "right")
"""What the arguments of a call are called where a statement has to prepare them."""


@dataclass(frozen=True, slots=True)
class Call:
    """A NumPy call: statements that prepare it, the function, its arguments.

    `axes` are the axes of what it returns, each the labels that are one axis there.
    """

    function: str
    args: tuple[str, ...]
    axes: tuple[Labels, ...]
    before: tuple[str, ...] = ()

    @property
    def labels(self) -> Labels:
        """The labels of what it returns, in their order."""
        return tuple(label for axis in self.axes for label in axis)

    @property
    def grouped(self) -> bool:
        """Whether an axis stands for several labels, or for none."""
        return any(len(axis) != 1 for axis in self.axes)


def written(call: Call, output: Labels, context: Context) -> tuple[str, ...]:
    """The lines of `call` as an expression, the last with the axes `output`."""
    after = f".reshape({context.shape(call.labels)})" if call.grouped else ""
    after += transposing(call.labels, output)
    spell = _SPELLED.get(call.function)
    text = spell(*call.args) if spell else f"{call.function}({', '.join(call.args)})"
    if after and call.function in _OPERATORS:
        text = f"({text})"
    return (*call.before, f"{text}{after}")


_OPERATORS = {"np.matmul": "@", "np.multiply": "*"}

_SPELLED: Mapping[str, Callable[[str, str], str]] = {
    "np.dot": "{}.dot({})".format,
    **{function: f"{{}} {operator} {{}}".format for function, operator in _OPERATORS.items()},
}
"""How a call is written by hand: with an operator, or as a method."""


def call_of(step: Step, product: Product, context: Context) -> Call:
    """The call that computes `product`, the contraction of `step`."""
    return _CALLS[product.kind](step, product, context)


def _multiply(step: Step, product: Product, context: Context) -> Call:
    """Nothing is summed: an elementwise product, each array brought to the output's axes."""
    scalars = not product.left.labels and not product.right.labels
    if scalars and context.program.traits.whole:
        return einsum_call(step, product, context)
    axes = one_each(product.output)
    if _is_outer(product) and context.program.scale is None and not context.program.singletons:
        column, row = sorted((product.left, product.right), key=_first_in(product.output))
        # For small vectors this takes half the time of a product that broadcasts, and no buffer.
        return Call("np.dot", (f"{column.name}[:, None]", f"{row.name}[None, :]"), axes)
    left, right = (
        f"{arg.name}{aligning(arg.labels, product.output)}" for arg in (product.left, product.right)
    )
    return Call("np.multiply", (left, right), axes)


def _is_outer(product: Product) -> bool:
    """Whether two vectors make a matrix."""
    return not product.batch and len(product.rows) == len(product.columns) == 1


def _first_in(output: Labels) -> Callable[[Value], int]:
    """The place of a vector's axis in the output."""
    return lambda vector: output.index(vector.labels[0])


def _matmul(step: Step, product: Product, context: Context) -> Call:
    """A matrix product; several labels of a group are made one axis."""
    if product.batch_is_last or missing(product):
        return einsum_call(step, product, context)
    product = product.in_order()
    spread = product.spread
    rows, columns = without(product.rows, spread), without(product.columns, spread)
    contracted = _contracted(product)
    batches = [(*product.batch, *only(spread, v.labels)) for v in (product.left, product.right)]
    left, *before = _matrix("left", product.left, batches[0], (rows, contracted), context)
    right, *more = _matrix("right", product.right, batches[1], (contracted, columns), context)
    batch = (*product.batch, *spread)
    axes = (*one_each(batch), *filter(None, (rows, columns)))
    # Two matrices cost np.dot less than half of what they cost np.matmul, where they are small. But
    # an array of one number is a factor to it, and of 0 times nan it makes 0.
    function = "np.matmul" if batch or context.program.singletons else "np.dot"
    return Call(function, (left, right), axes, (*before, *more))


def _padded(product: Product, context: Context) -> Call:
    """A matrix product with an axis of size 1 for each group that has no label."""
    product = product.in_order()
    rows, columns, contracted = product.rows, product.columns, _contracted(product)
    left = _reshaped("left", product.left, product.batch, (rows, contracted), context)
    right = _reshaped("right", product.right, product.batch, (contracted, columns), context)
    axes = (*one_each(product.batch), rows, columns)
    return Call("np.matmul", ("left", "right"), axes, (left, right))


def _contracted(product: Product) -> Labels:
    """The contracted labels in the order that the left array has."""
    return only(product.left.labels, product.contracted)


def _matrix(
    role: str, value: Value, batch: Labels, groups: tuple[Labels, Labels], context: Context
) -> tuple[str, ...]:
    """`value` with an axis for each batch label and one for each group that has labels.

    First its expression, then the statement that must come before, if there is one.
    """
    if any(len(group) > 1 for group in groups):
        present = tuple(group for group in groups if group)
        return role, _reshaped(role, value, batch, present, context)
    return (f"{value.name}{transposing(value.labels, (*batch, *chain(*groups)))}",)


def _reshaped(
    role: str, value: Value, batch: Labels, groups: tuple[Labels, ...], context: Context
) -> str:
    """The statement that makes one axis of each of the `groups`."""
    sizes = [*map(context.size, batch), *(product_size(group, context) for group in groups)]
    view = f"{value.name}{transposing(value.labels, (*batch, *chain(*groups)))}"
    return f"{role} = {view}.reshape({', '.join(sizes)})"


def product_size(labels: Labels, context: Context) -> str:
    """The size of an axis that is made of those of `labels`."""
    return " * ".join(map(context.size, labels)) or "1"


def _row_dot(step: Step, product: Product, context: Context) -> Call:
    """A scalar product for each batch index: where it runs along the last axes, np.vecdot."""
    batch, contracted = product.batch, _contracted(product)
    fits = product.left.labels == product.right.labels == (*batch, *contracted)
    if not fits or not _is_real(context):
        return einsum_call(step, product, context)
    left, *before = _matrix("left", product.left, batch, (contracted, ()), context)
    right, *more = _matrix("right", product.right, batch, (contracted, ()), context)
    return Call("np.vecdot", (left, right), one_each(batch), (*before, *more))


def _matvec(step: Step, product: Product, context: Context) -> Call:
    """A matrix times a vector for each batch index."""
    product = product.swapped() if product.columns else product
    batch, rows, contracted = product.batch, product.rows, _contracted(product)
    vector = product.right.labels
    if not is_matrix(product.left.labels, batch, rows, contracted) or (
        vector[-1] in batch or only(vector, contracted) != contracted
    ):
        return einsum_call(step, product, context)
    left, *before = _matrix("left", product.left, batch, (rows, contracted), context)
    right, *more = _matrix("right", product.right, batch, (contracted, ()), context)
    return Call("np.matvec", (left, right), (*one_each(batch), rows), (*before, *more))


def einsum_call(step: Step, product: Product, context: Context) -> Call:
    """The same by np.einsum, while it has letters: by no BLAS, and so on one core."""
    if len(step.pattern.labels()) > LETTERS:
        return _padded(product, context)
    args = (f'"{subscripts(step.pattern)}"', *(arg.name for arg in step.args))
    return Call("np.einsum", args, one_each(product.output))


def one_each(labels: Labels) -> tuple[Labels, ...]:
    """An axis for each label."""
    return tuple((label,) for label in labels)


def _is_real(context: Context) -> bool:
    """Whether np.vecdot, which conjugates its first argument, is the plain scalar product."""
    return not context.program.traits.complex


_CALLS: Mapping[Kind, Callable[[Step, Product, Context], Call]] = {
    Kind.MULTIPLY: _multiply,
    Kind.MATMUL: _matmul,
    Kind.ROW_DOT: _row_dot,
    Kind.MATVEC: _matvec,
}
