"""Sums, multiples and products of linear maps, which are linear maps again."""

from __future__ import annotations

import dataclasses
import itertools
import math
from typing import Any, TypeVar

import numpy as np

from einsum_grad.errors import ArgumentTypeError, OperandError
from einsum_grad.linear.terms import Terms
from einsum_grad.plan import Labels, LinearTerm, made_equal
from einsum_grad.runtime.dtypes import Array, numbers_of
from einsum_grad.runtime.operands.subclasses import check_plain

M = TypeVar("M", bound=Terms)


def added(one: M, other: Terms) -> M:
    """The sum of two maps: the terms of both."""
    if (one.row_shape, one.column_shape) != (other.row_shape, other.column_shape):
        raise OperandError(f"{one} and {other} can't be added")
    moved = tuple(_moved(term, len(one.arrays)) for term in other.terms)
    return dataclasses.replace(
        one,
        terms=one.terms + moved,
        arrays=one.arrays + other.arrays,
        dtype=np.result_type(one.dtype, other.dtype),
    )


def scaled(given: M, number: Any) -> M:
    """The map times a number, which is one more factor of each term."""
    check_plain(number, "the number")
    if np.ndim(number) or not isinstance(number, (int, float, complex, np.number, np.ndarray)):
        raise ArgumentTypeError(f"a linear map is multiplied by a number, not {number!r:.80}")
    dtype = np.result_type(given.dtype, number)
    factor = (len(given.arrays), ())
    return dataclasses.replace(
        given,
        terms=tuple(
            dataclasses.replace(term, factors=(*term.factors, factor)) for term in given.terms
        ),
        arrays=(*given.arrays, np.asarray(number, numbers_of([dtype]).exact)),
        dtype=dtype,
    )


def composed(left: M, right: Terms) -> M:
    """The product of two maps: the columns of `left` are contracted with the rows of `right`."""
    if left.column_shape != right.row_shape:
        raise OperandError(f"{left} and {right} can't be multiplied")
    dtype = np.result_type(left.dtype, right.dtype)
    arrays: list[Array] = [*left.arrays, *right.arrays]
    terms: list[LinearTerm] = []
    ours = [_apart(term, "l") for term in left.terms]
    theirs = [_apart(_moved(term, len(left.arrays)), "r") for term in right.terms]
    for one, other in itertools.product(ours, theirs):
        term, between = _joined(one, other)
        lost = _lost(term, between, left.column_shape)
        if lost != 1:
            term = dataclasses.replace(term, factors=(*term.factors, (len(arrays), ())))
            arrays.append(np.asarray(lost, numbers_of([dtype]).exact))
        terms.append(term)
    return dataclasses.replace(
        left,
        terms=tuple(terms),
        arrays=tuple(arrays),
        column_shape=right.column_shape,
        dtype=dtype,
    )


def _moved(term: LinearTerm, by: int) -> LinearTerm:
    """The term with `by` other arrays before its own."""
    factors = tuple((number + by, labels) for number, labels in term.factors)
    return dataclasses.replace(term, factors=factors)


def _apart(term: LinearTerm, mark: str) -> LinearTerm:
    """The term with labels that no term with another mark has."""
    return term.rename({label: f"{mark}{label}" for label in term.dense.labels()})


def _joined(one: LinearTerm, other: LinearTerm) -> tuple[LinearTerm, Labels]:
    """The product of two terms, which share no label, and the labels of the axes between them."""
    names = made_equal(one.columns, other.rows)
    one, other = one.rename(names), other.rename(names)
    coefficient = one.coefficient * other.coefficient
    joined = LinearTerm((*one.factors, *other.factors), one.rows, other.columns, coefficient)
    return joined, one.columns


def _lost(term: LinearTerm, between: Labels, shape: tuple[int, ...]) -> int:
    """The product of the sizes of the summed labels that no factor has."""
    known = set(term.dense.labels())
    sizes = {label: size for label, size in zip(between, shape, strict=True) if label not in known}
    return math.prod(sizes.values())
