"""The helpers of modules of large arrays do what the plain ones in the module say."""

from __future__ import annotations

import itertools
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from einsum_grad.emit.large import HELPERS as PLAIN
from einsum_grad.runtime import helpers
from einsum_grad.runtime.helpers import HELPERS, copied, summed, zeros
from tests.strategies import fractions, whole

Array = NDArray[Any]


def plain(name: str) -> Any:
    """The helper as it stands in a module."""
    defined: dict[str, Any] = {"np": np}
    for text in PLAIN:
        exec(text, defined)
    return defined[name]


def test_each_helper_has_its_plain_form() -> None:
    assert [text[len("def ") : text.index("(")] for text in PLAIN] == list(HELPERS)


@pytest.mark.parametrize("shape", [(0, 3), (1 << 20,), (1 << 20, 1), (700, 3, 1001)])
@pytest.mark.parametrize("dtype", ["f4", "c16"])
def test_zeros_are_zeros_in_memory_that_is_used_again(shape: tuple[int, ...], dtype: str) -> None:
    for _ in range(2):
        found = zeros(shape, np.dtype(dtype))
        np.testing.assert_array_equal(found, np.zeros(shape, dtype), strict=True)
        found.fill(7)
        del found


SHAPES = [
    (7,),
    (1 << 18,),
    (512, 600),
    (600, 3),
    (3, 1 << 16),
    (1 << 16, 3),
    (1, 1 << 17),
    (1 << 17, 1),
    (64, 48, 80),
    (300, 4500),
    (3, 300, 270),
    (8, 9, 10, 11, 12),
    (16, 200, 100),
]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", ["f4", "c16", "i1"])
def test_a_copy_is_made_of_any_layout(shape: tuple[int, ...], dtype: str) -> None:
    for order in itertools.islice(itertools.permutations(range(len(shape))), 24):
        array = whole(shape, dtype, 1)
        for given in (array.transpose(order), array.transpose(order)[..., ::-1]):
            found = copied(given)
            np.testing.assert_array_equal(found, plain("copied")(given), strict=True)
            assert found.flags.c_contiguous
            assert not np.may_share_memory(found, array)


@pytest.mark.parametrize(
    "lay",
    [
        lambda array: array[:, ::2],
        lambda array: array[::2, 3:],
        lambda array: array[:, ::-1],
        lambda array: array[::-1, ::-1],
        lambda array: np.broadcast_to(array[:1], array.shape),
        lambda array: np.broadcast_to(array[:, :1], array.shape),
        lambda array: np.broadcast_to(array[0, ::2], (700, 500)),
    ],
)
def test_rows_with_gaps_or_backwards_are_copied_row_by_row(
    lay: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    # A thousand times as fast as a few numbers at a time, which is for what is transposed.
    monkeypatch.setattr("einsum_grad.runtime.helpers._transposed", None)
    given = lay(whole((700, 1000), "f8", 1))
    np.testing.assert_array_equal(copied(given), given, strict=True)


def test_what_repeats_is_copied_as_often() -> None:
    row = np.arange(1024.0)
    for given in (np.broadcast_to(row, (512, 1024)), np.broadcast_to(row[:, None], (1024, 512))):
        np.testing.assert_array_equal(copied(given), given)


AXES = [
    (shape, axes)
    for shape in (
        (6, 5, 4, 3),
        (300, 400),
        (1 << 18,),
        (3, 1, 1 << 16),
        (70, 80, 90),
        (170, 120, 130),
    )
    for count in range(1, len(shape) + 1)
    for axes in itertools.combinations(range(len(shape)), count)
]


@pytest.mark.parametrize(("shape", "axes"), AXES)
@pytest.mark.parametrize("dtype", ["f4", "f8", "c8", "c16", "i8", "?"])
def test_a_sum_over_any_axes(shape: tuple[int, ...], axes: tuple[int, ...], dtype: str) -> None:
    array = whole(shape, dtype, 2)
    for given in (array, array[::-1], np.asfortranarray(array)):
        found = summed(given, axes)
        wanted = plain("summed")(given, axes)
        np.testing.assert_array_equal(found, wanted, strict=True)


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0), (2, 0, 3)])
def test_a_sum_of_nothing_is_zero(shape: tuple[int, ...]) -> None:
    for axes in [(0,), (len(shape) - 1,), tuple(range(len(shape)))]:
        array = np.zeros(shape)
        np.testing.assert_array_equal(summed(array, axes), array.sum(axis=axes))


@pytest.mark.parametrize("dtype", ["f8", "c16"])
@pytest.mark.parametrize("number", [np.inf, -np.inf, np.nan])
def test_infinities_and_nan_are_summed_as_numbers_are(dtype: str, number: float) -> None:
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
    import einsum_grad as eg

    x = np.abs(fractions((1 << 22,), "f4", 4))
    exact = np.dot(x.astype(float), x.astype(float))
    assert abs(eg.compile("i,i->")(x, x) - exact) / exact < 1e-5


@pytest.mark.parametrize("axis", [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)])
def test_a_large_array_with_gaps_is_summed_in_parts(
    monkeypatch: pytest.MonkeyPatch, axis: tuple[int, ...]
) -> None:
    parts: list[int] = []

    def in_blocks(work: Callable[[slice], Any], length: int, count: int) -> list[Any]:
        parts.append(count)
        return [work(slice(start, start + 3)) for start in range(0, length, 3)]

    monkeypatch.setattr(helpers, "in_blocks", in_blocks)
    array = whole((40, 160, 200), "f8", 3)
    layouts = (array[::2], array[:, ::-1], array[..., ::2], np.broadcast_to(array[:1], array.shape))
    for given in layouts:
        np.testing.assert_array_equal(summed(given, axis), given.sum(axis=axis), strict=True)
    assert parts == [4] * len(layouts)
    summed(array[:4, :, ::2], axis)
    assert len(parts) == len(layouts)  # a small one is not worth it


@pytest.mark.parametrize(
    ("shape", "axes", "parts"),
    [
        ((1 << 16, 3), (1, 0), 1),  # 1.5 MB go in pieces on one core
        ((1 << 18, 3), (1, 0), 4),
        ((20, 160, 200), (0, 2, 1), 4),
        ((300, 5000), (1, 0), 4),
        ((300, 4096), (1, 0), 0),  # lines that are 32 KB apart have few places in a cache
        ((9, 256, 256), (0, 2, 1), 0),
        ((255, 4096), (1, 0), 4),
    ],
)
def test_columns_a_power_of_two_apart_are_copied_in_panels_and_others_in_pieces_that_cores_share(
    monkeypatch: pytest.MonkeyPatch, shape: tuple[int, ...], axes: tuple[int, ...], parts: int
) -> None:
    given: list[int] = []

    def in_blocks(work: Callable[[slice], Any], length: int, count: int) -> list[Any]:
        given.append(count)
        return [work(slice(0, length))]

    def in_panels(target: Any, array: Any) -> None:
        given.append(0)
        target[...] = array

    monkeypatch.setattr(helpers, "in_blocks", in_blocks)
    monkeypatch.setattr(helpers, "_in_panels", in_panels)
    array = whole(shape, "f8", 1).transpose(axes)
    np.testing.assert_array_equal(copied(array), array)
    assert given == [parts]


@pytest.mark.parametrize(
    ("shape", "axes", "cut"),
    [
        ((16, 200, 256), (2, 1, 0), {1: 16}),  # 256 columns of 200 · 16
        ((16, 12, 12, 256), (3, 1, 2, 0), {1: 16}),  # the two in the middle lie one in the other
        ((400, 128, 32), (2, 1, 0), {2: 16}),  # columns side by side, where they are many
        ((4, 1000, 4), (2, 1, 0), {}),  # a call would copy 1024 numbers
        ((600, 700), (1, 0), {1: 256}),
        ((200, 700), (1, 0), {}),  # there are no more
    ],
)
def test_few_columns_are_copied_at_a_time_where_a_call_has_enough(
    shape: tuple[int, ...], axes: tuple[int, ...], cut: dict[int, int]
) -> None:
    moved = np.empty(shape).transpose(axes)
    sizes, strides = helpers._merged(moved)
    merged = np.lib.stride_tricks.as_strided(moved, sizes, strides)
    assert helpers._few_columns(merged, 0) == cut


@pytest.mark.parametrize(
    ("shape", "cuts"),
    [
        ((700, 700), {1: 256}),  # one core: 3.9 MB
        ((2000, 700), {1: 256}),  # eight pieces to share
        ((500, 1500), {0: 375, 1: 256}),  # two, and four parts of their rows
        ((100, 8000), {0: 2000}),
        ((8000, 63), {1: 256}),  # rows too short to be cut
    ],
)
def test_threads_share_rows_where_there_are_few_columns(
    monkeypatch: pytest.MonkeyPatch, shape: tuple[int, int], cuts: dict[int, int]
) -> None:
    seen: list[dict[int, int]] = []
    in_pieces = helpers._in_pieces

    def listening(target: Any, array: Any, cuts: dict[int, int]) -> None:
        seen.append(cuts)
        in_pieces(target, array, cuts)

    monkeypatch.setattr(helpers, "_in_pieces", listening)
    array = whole(shape, "f8", 1).T
    np.testing.assert_array_equal(copied(array), array)
    assert seen == [cuts]
