"""The contraction of two arrays as the NumPy call that does it best.

The labels of a pair fall into four groups: batch labels (in both and in the result), contracted
ones (in both, not in the result), and those of the left or the right array alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from einsum_grad.emit.context import Context, tuple_of
from einsum_grad.emit.view import aligning, transposing
from einsum_grad.lower import Step, Value
from einsum_grad.plan import Labels

Form = tuple[str, ...]
"""How a contraction is written: statements that prepare it, and at last its expression."""


@dataclass(frozen=True, slots=True)
class Product:
    """A contraction of two arrays whose labels are in groups."""

    left: Value
    right: Value
    output: Labels
    batch: Labels
    contracted: Labels
    rows: Labels
    """The labels of the left array alone."""
    columns: Labels
    """The labels of the right array alone."""

    def swapped(self) -> Product:
        """The same product with the arrays exchanged."""
        return Product(
            self.right, self.left, self.output, self.batch, self.contracted, self.columns, self.rows
        )


def product_of(step: Step) -> Product | None:
    """Group the labels of a pair; None for a step that is no pair, sums one alone, or repeats."""
    if len(step.args) != 2:
        return None
    (left, right), output = step.args, step.result.labels
    own = [label for arg in (left, right) for label in arg.labels]
    shared = tuple(label for label in left.labels if label in right.labels)
    if any(own.count(label) > 1 + (label in shared) for label in own):
        return None
    if any(label not in shared and label not in output for label in own):
        return None
    return Product(
        left,
        right,
        output,
        batch=tuple(label for label in output if label in shared),
        contracted=tuple(label for label in shared if label not in output),
        rows=tuple(label for label in output if label in left.labels and label not in shared),
        columns=tuple(label for label in output if label in right.labels and label not in shared),
    )


def as_multiply(product: Product, context: Context) -> Form | None:
    """Nothing is summed: an elementwise product, each array brought to the output's axes."""
    scalars = not product.left.labels and not product.right.labels
    if product.contracted or (scalars and context.program.traits.whole):
        return None
    left, right = (
        f"{arg.name}{aligning(arg.labels, product.output)}" for arg in (product.left, product.right)
    )
    return (f"{left} * {right}",)


def as_matmul(product: Product, context: Context) -> Form | None:
    """At most one label in each group beside the batch: a matrix product as it stands."""
    product = _in_order(product)
    ends = (product.rows, product.columns)
    if len(product.contracted) != 1 or any(len(labels) > 1 for labels in ends):
        return None
    if product.batch and not all(ends):
        return None
    left, right = _matrices(product)
    result = (*product.batch, *product.rows, *product.columns)
    call = f"{product.left.name}{left} @ {product.right.name}{right}"
    if result == product.output:
        return (call,)
    return (f"({call}){transposing(result, product.output)}",)


def as_tensordot(product: Product, context: Context) -> Form | None:
    """No batch label: np.tensordot, which makes matrices of the arrays by itself."""
    if product.batch:
        return None
    product = _in_order(product)
    left, right = product.left, product.right
    axes = tuple_of(
        [
            tuple_of([str(arg.labels.index(label)) for label in product.contracted])
            for arg in (left, right)
        ]
    )
    rows = tuple(label for label in left.labels if label in product.rows)
    columns = tuple(label for label in right.labels if label in product.columns)
    call = f"np.tensordot({left.name}, {right.name}, axes={axes})"
    return (f"{call}{transposing((*rows, *columns), product.output)}",)


def as_grouped(product: Product, context: Context) -> Form:
    """Several labels in a group: one axis is made of each group, then a matrix product."""
    product = _in_order(product)
    left, right = _matrices(product)
    batch = [context.size(label) for label in product.batch]
    rows, columns, contracted = (
        " * ".join(map(context.size, labels)) or "1"
        for labels in (product.rows, product.columns, product.contracted)
    )
    result = (*product.batch, *product.rows, *product.columns)
    return (
        f"left = {product.left.name}{left}.reshape({', '.join([*batch, rows, contracted])})",
        f"right = {product.right.name}{right}.reshape({', '.join([*batch, contracted, columns])})",
        f"(left @ right).reshape({context.shape(result)}){transposing(result, product.output)}",
    )


def _in_order(product: Product) -> Product:
    """The arrays in the order in which the output has their own labels."""
    own = [label for label in product.output if label not in product.batch]
    return product.swapped() if own and own[0] in product.columns else product


def _matrices(product: Product) -> tuple[str, str]:
    """The permutations that make (batch, rows, contracted) and (batch, contracted, columns)."""
    return (
        transposing(product.left.labels, (*product.batch, *product.rows, *product.contracted)),
        transposing(product.right.labels, (*product.batch, *product.contracted, *product.columns)),
    )
