"""What an einsum is, by definition: a sum over every combination of indices.

For each combination the entries that it picks from the operands are multiplied and added to the
entry that it picks from the output. The gradient of an operand adds, for each combination, the
cotangent's entry times those of the other operands to the operand's own entry. Nothing here knows
of patterns, plans or normal forms.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.strategies import Case, Labels

Array = NDArray[Any]
Places = tuple[NDArray[np.intp], ...]


def forward(case: Case, operands: Sequence[Array]) -> Array:
    """The output of `case` for `operands`, in Python's wide numbers."""
    combinations = _combinations(case)
    picked = _product(case, combinations, operands)
    return _gathered(case.result, case.result_shape, combinations, picked)


def gradients(
    case: Case, cotangent: Array, operands: Sequence[Array], conj: bool = True
) -> list[Array]:
    """The gradient of every operand; `conj` conjugates the factors."""
    combinations = _combinations(case)
    factors = [np.conj(_wide(x)) if conj else _wide(x) for x in operands]
    return [
        _gathered(
            case.terms[number],
            operands[number].shape,
            combinations,
            _product(case, combinations, factors, number, cotangent),
        )
        for number in range(len(operands))
    ]


def _combinations(case: Case) -> dict[str, NDArray[np.intp]]:
    """For each label its index in every combination."""
    sizes = tuple(case.sizes.values())
    grid = np.indices(sizes).reshape(len(sizes), math.prod(sizes))
    return dict(zip(case.sizes, grid, strict=True))


def _product(
    case: Case,
    combinations: dict[str, NDArray[np.intp]],
    operands: Sequence[Array],
    replaced: int | None = None,
    cotangent: Array | None = None,
) -> Array:
    """The product of what each combination picks, `cotangent` in the place of one operand."""
    arrays, terms = list(map(_wide, operands)), list(case.terms)
    if replaced is not None and cotangent is not None:
        arrays[replaced], terms[replaced] = _wide(cotangent), case.result
    count = len(next(iter(combinations.values()))) if combinations else 1
    picked = [
        array[_places(term, array.shape, combinations)] * np.ones(count, array.dtype)
        for array, term in zip(arrays, terms, strict=True)
    ]
    product: Array = reduce(np.multiply, picked)
    return product


def _gathered(
    term: Labels, shape: tuple[int, ...], combinations: dict[str, NDArray[np.intp]], values: Array
) -> Array:
    """Add each value to the entry that its combination picks."""
    total = np.zeros(shape, values.dtype)
    if term:
        np.add.at(total, _places(term, shape, combinations), values)
        return total
    return np.asarray(values.sum())


def _places(
    term: Labels, shape: tuple[int, ...], combinations: dict[str, NDArray[np.intp]]
) -> Places:
    """The entry that each combination picks; an axis of size 1 has one entry for all."""
    return tuple(combinations[label] * (size != 1) for label, size in zip(term, shape, strict=True))


def _wide(array: Array) -> Array:
    """`array` in numbers that lose nothing."""
    wide = {"b": np.int64, "i": np.int64, "u": np.int64, "f": np.float64, "c": np.complex128}
    return np.asarray(array, wide[np.asarray(array).dtype.kind])
