"""The diagonal and the trace of a linear map: its terms with one label for a row and its column."""

from __future__ import annotations

import math

import numpy as np

from einsum_grad.errors import OperandError
from einsum_grad.linear.run import run, total
from einsum_grad.linear.terms import Terms
from einsum_grad.plan import LinearTerm, Pattern, made_equal
from einsum_grad.runtime.dtypes import Array


def diagonal(given: Terms) -> Array:
    """The entries whose row and column are the same, with the axes of the rows."""
    terms = _on_diagonal(given)
    parts = [run(Pattern(t.terms, t.rows), given.factors(t), given.sizes(t)) for t in terms]
    return total(parts, given.arrays, given.row_shape, given.dtype)


def trace(given: Terms) -> Array:
    """The sum of the diagonal, of which nothing is stored."""
    parts = [_trace(given, term) for term in _on_diagonal(given)]
    return total(parts, given.arrays, (), given.dtype)


def _on_diagonal(given: Terms) -> list[LinearTerm]:
    """The terms on the diagonal, where the columns have the labels of the rows."""
    if given.row_shape != given.column_shape:
        raise OperandError(
            f"{given} has no diagonal: a map has one if its rows and its columns have the same axes"
        )
    return [term.rename(made_equal(term.rows, term.columns)) for term in given.terms]


def _trace(given: Terms, term: LinearTerm) -> Array:
    """The sum of a term on the diagonal; along a label that no factor has, its entries repeat."""
    sizes = given.sizes(term)
    factors = given.factors(term)
    alone = set(term.rows).difference(*term.terms)
    repeats = np.asarray(math.prod(sizes[label] for label in alone), factors[0].dtype)
    return run(Pattern((*term.terms, ()), ()), (*factors, repeats), sizes)
