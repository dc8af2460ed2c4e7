"""The helpers that stand in modules, and stay as they are when einsum-grad runs these."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from tests.kernels.plain import plain

ROUGH = [1e16, 1.0, -1e16, 1.0]
"""Numbers whose sum depends on the order in which they are added."""


@pytest.mark.parametrize("size", [1, 2000])
def test_results_of_chunks_are_added_in_the_order_of_their_slices(size: int) -> None:
    terms = [np.full(size, number) for number in ROUGH]
    found = plain("summed_in_blocks")(lambda part: terms[part.start], 4, 4)
    assert set(found) == {((ROUGH[0] + ROUGH[1]) + ROUGH[2]) + ROUGH[3]} == {1.0}


def test_tuples_are_added_term_by_term() -> None:
    terms = [(np.full(2000, number), np.float64(2 * number)) for number in ROUGH]
    array, one = plain("summed_in_blocks")(lambda part: terms[part.start], 4, 4)
    assert set(array) == {1.0}
    assert one == 2


@pytest.mark.parametrize("dtype", ["i1", "u2", "i8", "?", "f4", "c8"])
@pytest.mark.parametrize("shape", [(), (3,), (9000,)])
def test_the_dtype_stays_and_integers_wrap_without_a_warning(
    dtype: str, shape: tuple[int, ...]
) -> None:
    largest = 100 if dtype == "i1" else 2**15 if dtype == "u2" else 2**62 if dtype == "i8" else 1
    term = np.full(shape, largest, dtype)[()]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = plain("summed_in_blocks")(lambda part: np.copy(term)[()], 5, 5)
    assert found.dtype == term.dtype
    assert np.shape(found) == shape
    assert np.all(found == np.add.reduce([term] * 5, dtype=dtype))
