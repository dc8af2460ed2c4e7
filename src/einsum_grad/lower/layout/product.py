"""The contraction of two arrays, with its labels in the groups of a matrix product.

The labels of a pair fall into four groups: batch labels (in both and in the result), contracted
ones (in both, not in the result), and those of the left or the right array alone.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from einsum_grad.lower.program import Op, Step, Value
from einsum_grad.plan import Labels


class Kind(StrEnum):
    """What a pair amounts to, by which of its groups are empty."""

    MULTIPLY = "multiply"
    MATMUL = "matmul"
    ROW_DOT = "row dot"
    MATVEC = "matvec"


@dataclass(frozen=True)
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

    @property
    def kind(self) -> Kind:
        """The kind; a row dot or a matvec is one for each batch index."""
        if not self.contracted:
            return Kind.MULTIPLY
        if not self.batch or (self.rows and self.columns):
            return Kind.MATMUL
        return Kind.MATVEC if self.rows or self.columns else Kind.ROW_DOT

    @property
    def batch_is_last(self) -> bool:
        """Whether a batch label is last in both arrays, and so a matrix in neither."""
        terms = (self.left.labels, self.right.labels)
        return bool(self.batch) and all(term[-1] in self.batch for term in terms)

    @property
    def spread(self) -> Labels:
        """The leading labels of one operand alone without which it is a matrix, and with them none.

        There is one product for each of their indices then, all with the same other matrix. With
        batch labels there are none: they would have to stand between the batch and the matrices.
        """
        if self.batch or self.kind is not Kind.MATMUL:
            return ()
        sides = ((self.left.labels, self.rows), (self.right.labels, self.columns))
        odd = [side for side in sides if not is_matrix(side[0], (), side[1], self.contracted)]
        if len(odd) != 1:
            return ()
        labels, own = odd[0]
        for count in range(1, len(own)):
            first = labels[:count]
            rest = tuple(label for label in own if label not in first)
            if len(rest) != len(own) - count:
                return ()
            if is_matrix(labels[count:], (), rest, self.contracted):
                return first
        return ()

    @property
    def looped(self) -> Labels:
        """The labels that `@` loops over, with a product of matrices for each index."""
        return (*self.batch, *self.spread)

    def swapped(self) -> Product:
        """The same product with its operands exchanged."""
        return Product(
            self.right, self.left, self.output, self.batch, self.contracted, self.columns, self.rows
        )

    def in_order(self) -> Product:
        """The product with its operands in the order of their own labels in the output."""
        own = without(self.output, self.looped)
        return self.swapped() if own and own[0] in self.columns else self


@lru_cache(maxsize=1024)
def product_of(step: Step) -> Product | None:
    """Group a pair's labels; None for other steps, lone sums and diagonals."""
    if step.op is not Op.CONTRACT or len(step.args) != 2:
        return None
    (left, right), output = step.args, step.result.labels
    lefts, rights = set(left.labels), set(right.labels)
    repeats = len(lefts) < len(left.labels) or len(rights) < len(right.labels)
    if repeats or not (lefts ^ rights).issubset(output):
        return None
    shared = only(left.labels, rights)
    return Product(
        left,
        right,
        output,
        batch=only(output, shared),
        contracted=without(shared, output),
        rows=only(output, lefts - rights),
        columns=only(output, rights - lefts),
    )


def matrix_product(step: Step) -> Product | None:
    """The product of `step` if a BLAS does it as one of two matrices, or as a batch of such."""
    product = product_of(step)
    if product is None or product.kind is not Kind.MATMUL or product.batch_is_last:
        return None
    return product if product.rows and product.columns else None


def without(labels: Labels, group: Container[str]) -> Labels:
    """Those of `labels` that are not in `group`, in their order.

    >>> without(("k", "i", "j"), "jk")
    ('i',)
    """
    return tuple(label for label in labels if label not in group)


def only(labels: Labels, group: Container[str]) -> Labels:
    """Those of `labels` that are in `group`, in their order.

    >>> only(("k", "i", "j"), "jk")
    ('k', 'j')
    """
    return tuple(label for label in labels if label in group)


def together(labels: Labels, group: Labels) -> bool:
    """Whether the labels of `group` are adjacent, so that a view can merge them.

    >>> together(("b", "i", "j"), ("j", "i")), together(("i", "b", "j"), ("i", "j"))
    (True, False)
    """
    if len(group) < 2:
        return True
    places = [labels.index(label) for label in group]
    return max(places) - min(places) == len(places) - 1


def is_matrix(labels: Labels, batch: Labels, own: Labels, contracted: Labels) -> bool:
    """Whether a view of an array with axes `labels` is a matrix for each batch index.

    >>> is_matrix(("i", "b", "j"), ("b",), ("i",), ("j",))
    True
    >>> is_matrix(("i", "j", "b"), ("b",), ("i",), ("j",))
    False
    """
    dense = not batch or labels[-1] not in batch
    return dense and together(labels, own) and together(labels, contracted)
