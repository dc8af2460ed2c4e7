"""The contraction of two arrays, its labels in the groups that a matrix product knows.

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
        """Nothing summed; a matrix product; or one for each batch index, of rows or a matrix."""
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
        """The first labels of one array alone without which it is a matrix, as it is not with them.

        The product is then one for each of their indices, with the same other matrix in each. With
        batch labels there are none: they would have to come between the batch and the matrices.
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
        """The labels over which `@` loops: there is a product of matrices for each index."""
        return (*self.batch, *self.spread)

    def swapped(self) -> Product:
        """The same product with the arrays exchanged."""
        return Product(
            self.right, self.left, self.output, self.batch, self.contracted, self.columns, self.rows
        )

    def in_order(self) -> Product:
        """The arrays in the order in which the output has their own labels."""
        own = without(self.output, self.looped)
        return self.swapped() if own and own[0] in self.columns else self


@lru_cache(maxsize=1024)
def product_of(step: Step) -> Product | None:
    """Group the labels of a pair; None for a step that is no pair, sums one alone, or repeats."""
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
    """The product that `step` is, if it is one of two matrices by a BLAS, or a batch of such."""
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
    """Whether the labels of `group` stand side by side, so that one axis can be made of them.

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
