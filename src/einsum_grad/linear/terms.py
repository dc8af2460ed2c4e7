"""`Terms`: products of arrays and deltas, added up; what a linear map is made of."""

from __future__ import annotations

import math
from dataclasses import dataclass

from einsum_grad.plan import LinearTerm, Shape
from einsum_grad.runtime.dtypes import Array, DType


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """A sum of products; a factor of a term is one of the `arrays`, by its number."""

    terms: tuple[LinearTerm, ...]
    arrays: tuple[Array, ...]
    row_shape: Shape
    column_shape: Shape
    dtype: DType

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of rows and columns, as of a matrix."""
        return math.prod(self.row_shape), math.prod(self.column_shape)

    def factors(self, term: LinearTerm) -> tuple[Array, ...]:
        """The arrays of a term."""
        return tuple(self.arrays[number] for number, _ in term.factors)

    def sizes(self, term: LinearTerm) -> dict[str, int]:
        """The size of each label of a term."""
        shapes = (self.row_shape, self.column_shape, *(x.shape for x in self.factors(term)))
        terms = (term.rows, term.columns, *term.terms)
        return {
            label: size
            for labels, shape in zip(terms, shapes, strict=True)
            for label, size in zip(labels, shape, strict=True)
        }
