"""Sums of large arrays over any axes, in any layout."""

from __future__ import annotations

import functools
import itertools
import math
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import einsum_grad as eg
from einsum_grad.kernels import sums
from einsum_grad.kernels.sums import summed
from einsum_grad.lower import machine
from tests.kernels.plain import plain
from tests.strategies import fractions, whole

Array = NDArray[Any]

SUMS = [
    (shape, axes, dtype)
    for dtype in ("f4", "f8", "c8", "c16", "i8", "?")
    for shape in (
        (6, 5, 4, 3),
        (300, 400),
        (1 << 18,),
        (3, 1, 1 << 16),
        (70, 80, 90),
        (130, 124, 132),
        (3, 5000, 7),
        (4, 4096, 2, 3),
    )
    for count in range(1, len(shape) + 1)
    for axes in itertools.combinations(range(len(shape)), count)
    if math.prod(shape) < 1 << 20 or dtype in ("f8", "c8")  # which threads share
]


@functools.lru_cache(1)
def layouts(shape: tuple[int, ...], dtype: str) -> tuple[Array, ...]:
    """An array in three layouts, for several tests in succession."""
    array = whole(shape, dtype, 2)
    return array, array[::-1], np.asfortranarray(array)


@pytest.mark.parametrize(("shape", "axes", "dtype"), SUMS)
def test_a_sum_over_any_axes(shape: tuple[int, ...], axes: tuple[int, ...], dtype: str) -> None:
    for given in layouts(shape, dtype):
        found = summed(given, axes)
        wanted = plain("summed")(given, axes)
        np.testing.assert_array_equal(found, wanted, strict=True)


@pytest.mark.parametrize(("shape", "axes"), [((500, 60, 2), (0, 2)), ((70, 3, 200, 2), (0, 1, 3))])
def test_a_short_axis_is_summed_last(shape: tuple[int, ...], axes: tuple[int, ...]) -> None:
    array = whole(shape, "f8", 2)
    tracemalloc.start()
    found = summed(array, axes)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    np.testing.assert_array_equal(found, array.sum(axis=axes))
    # Summing a short axis of 2 first leaves half of the array, one of 3 a third.
    assert peak < array.nbytes / 4


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0), (2, 0, 3)])
def test_a_sum_of_nothing_is_zero(shape: tuple[int, ...]) -> None:
    for axes in [(0,), (len(shape) - 1,), tuple(range(len(shape)))]:
        array = np.zeros(shape)
        np.testing.assert_array_equal(summed(array, axes), array.sum(axis=axes))


@pytest.mark.parametrize("dtype", ["f8", "c16"])
@pytest.mark.parametrize("number", [np.inf, -np.inf, np.nan])
def test_infinities_and_nan_are_summed_as_numpy_does(dtype: str, number: float) -> None:
    array = np.ones((300, 4, 400), dtype)
    array[7, 2, 11] = number
    for axes in ((0,), (2,), (0, 1), (1, 2), (0, 2), (1,), (0, 1, 2)):
        np.testing.assert_array_equal(summed(array, axes), array.sum(axis=axes))


@pytest.mark.parametrize(
    ("shape", "axes"),
    [((1 << 22,), (0,)), ((2, 1 << 21), (1,)), ((1 << 21, 2), (0,)), ((2, 1 << 20, 2), (1,))],
)
def test_sums_of_millions_of_float32_are_close(
    shape: tuple[int, ...], axes: tuple[int, ...]
) -> None:
    array = np.abs(fractions(shape, "f4", 3))
    exact = array.astype(float).sum(axis=axes)
    assert np.max(np.abs(summed(array, axes) - exact) / exact) < 1e-5


def test_the_sum_of_long_rows_takes_little_memory() -> None:
    for rows in (1, 3, 8):
        array = np.ones((rows, 1 << 18))
        tracemalloc.start()
        try:
            sums = summed(array, (1,))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert sums.tolist() == [1 << 18] * rows
        assert peak < array.nbytes / 20


def test_a_dot_product_of_millions_of_float32_is_close() -> None:

    x = np.abs(fractions((1 << 22,), "f4", 4))
    exact = np.dot(x.astype(float), x.astype(float))
    assert abs(eg.compile("i,i->")(x, x) - exact) / exact < 1e-5


def test_two_threads_share_the_sum_within_a_large_array(monkeypatch: pytest.MonkeyPatch) -> None:
    parts: list[int] = []

    def in_blocks(work: Callable[[slice], Any], length: int, count: int) -> list[Any]:
        parts.append(count)
        return [work(slice(start, start + 1)) for start in range(length)]

    monkeypatch.setattr(sums, "in_blocks", in_blocks)
    least = -(-4 * machine.WAKING * machine.MOVED_IN_A_MICROSECOND // (8 * 1000 * 8))
    for rows, shared in ((least - 1, []), (least, [2])):
        array = whole((8, rows, 1000), "f8", 1)
        np.testing.assert_array_equal(summed(array, (1,)), array.sum(1))
        assert parts == shared


def test_the_remainder_of_long_rows_is_not_copied() -> None:
    array = whole((8, 20_000), "f8", 1)
    summed(array, (1,))
    tracemalloc.start()
    found = summed(array, (1,))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    np.testing.assert_array_equal(found, array.sum(1))
    assert peak < 100_000  # the remainder is 8 times 3,616 numbers
