"""Solving a linear map, block by block where its deltas make it block diagonal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from einsum_grad.errors import DTypeError, OperandError
from einsum_grad.linear.run import run, total
from einsum_grad.linear.terms import Terms
from einsum_grad.plan import Labels, LinearTerm, Pattern
from einsum_grad.runtime.dtypes import Array


@dataclass(frozen=True, slots=True)
class Blocks:
    """How a map splits into blocks: pairs of a row axis and a column axis that a delta equates.

    Along the `varying` pairs the blocks differ, along the `equal` ones they are the same.
    `rows` and `columns` are the axes of a block.
    """

    varying: tuple[tuple[int, int], ...]
    equal: tuple[tuple[int, int], ...]
    rows: tuple[int, ...]
    columns: tuple[int, ...]


def solve(given: Terms, right: Array) -> Array:
    """The array that `given`, already compressed, takes to `right`."""
    height, width = given.shape
    if height != width:
        raise OperandError(f"only a square map can be solved, and this one is {height}×{width}")
    if not height:  # the only solution, even if its blocks are singular
        return np.zeros(given.column_shape, np.result_type(given.dtype, right))
    blocks = blocks_of(given)
    matrices = _matrices(given, blocks)
    order = (*_rows(blocks.varying), *blocks.rows, *_rows(blocks.equal))
    columns = [given.row_shape[row] for row in _rows(blocks.equal)]
    sides = right.transpose(order).reshape(*matrices.shape[:-1], math.prod(columns))
    return _restored(given, blocks, _solved(matrices, sides))


def blocks_of(given: Terms) -> Blocks:
    """Find the pairs of axes that a delta equates in every term, and with no other axis."""
    pairs = [
        (row, column)
        for row in range(len(given.row_shape))
        for column in range(len(given.column_shape))
        if given.terms and all(_is_delta(term, row, column) for term in given.terms)
    ]
    varying = tuple(pair for pair in pairs if any(_varies(term, pair[0]) for term in given.terms))
    taken_rows, taken_columns = {row for row, _ in pairs}, {column for _, column in pairs}
    return Blocks(
        varying,
        tuple(pair for pair in pairs if pair not in varying),
        tuple(n for n in range(len(given.row_shape)) if n not in taken_rows),
        tuple(n for n in range(len(given.column_shape)) if n not in taken_columns),
    )


def _is_delta(term: LinearTerm, row: int, column: int) -> bool:
    """Whether these two axes share a label that no other axis has."""
    return term.rows[row] == term.columns[column] and term.axes.count(term.rows[row]) == 2


def _varies(term: LinearTerm, row: int) -> bool:
    return any(term.rows[row] in labels for labels in term.terms)


def _rows(pairs: Sequence[tuple[int, int]]) -> list[int]:
    return [row for row, _ in pairs]


def _columns(pairs: Sequence[tuple[int, int]]) -> list[int]:
    return [column for _, column in pairs]


def _matrices(given: Terms, blocks: Blocks) -> Array:
    """The blocks, as a stack of square matrices with an axis for each varying pair."""
    stack = [given.row_shape[n] for n in _rows(blocks.varying)]
    rows = [given.row_shape[n] for n in blocks.rows]
    columns = [given.column_shape[n] for n in blocks.columns]
    parts = [
        run(
            Pattern(term.terms, _block_labels(term, blocks)),
            given.factors(term),
            given.sizes(term),
        )
        for term in given.terms
    ]
    dense = total(parts, given.arrays, (*stack, *rows, *columns), given.dtype)
    return dense.reshape(*stack, math.prod(rows), math.prod(columns))


def _block_labels(term: LinearTerm, blocks: Blocks) -> Labels:
    return (
        *(term.rows[n] for n in _rows(blocks.varying)),
        *(term.rows[n] for n in blocks.rows),
        *(term.columns[n] for n in blocks.columns),
    )


def _solved(matrices: Array, sides: Array) -> Array:
    """Solve each matrix of a stack for its right-hand sides; float16 is solved in float32."""
    dtype = np.result_type(matrices, sides)
    if dtype == np.float16:
        return _solved(matrices.astype(np.float32), sides.astype(np.float32)).astype(dtype)
    try:
        if matrices.shape[-1] != 1:
            return np.asarray(np.linalg.solve(matrices, sides))
        if matrices.all():
            return np.asarray(sides / matrices)
    except np.linalg.LinAlgError:
        pass
    except TypeError as error:
        raise DTypeError(f"NumPy solves no systems of {dtype}") from error
    raise OperandError("this map is singular: it can't be solved")


def _restored(given: Terms, blocks: Blocks, solution: Array) -> Array:
    """The solution with its axes in the order of the columns."""
    order = (*_columns(blocks.varying), *blocks.columns, *_columns(blocks.equal))
    apart = solution.reshape([given.column_shape[n] for n in order])
    return apart.transpose(sorted(range(len(order)), key=order.__getitem__))
