"""Copies of large arrays in any layout, and the pieces that they are made in."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from einsum_grad.runtime import copies
from einsum_grad.runtime.copies import copied
from einsum_grad.runtime.memory import is_leased
from einsum_grad.runtime.threads import in_blocks
from einsum_grad.runtime.transposition import merged
from tests.runtime.test_helpers import plain
from tests.strategies import whole

Array = NDArray[Any]

SHAPES = [
    (),
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
    (1024, 100),  # its rows are a power of two apart, if it is transposed
    (300, 2048),
    (2, 150, 1024),
]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", ["f4", "c16", "i1"])
def test_a_copy_is_made_of_any_layout(shape: tuple[int, ...], dtype: str) -> None:
    for order in itertools.islice(itertools.permutations(range(len(shape))), 24):
        array = whole(shape, dtype, 1)
        moved = array.transpose(order)
        for given in (moved, moved[..., ::-1] if shape else moved):
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
    monkeypatch.setattr("einsum_grad.runtime.copies._transposed", None)
    given = lay(whole((700, 1000), "f8", 1))
    np.testing.assert_array_equal(copied(given), given, strict=True)


def test_what_repeats_is_copied_as_often() -> None:
    row = np.arange(1024.0)
    for given in (np.broadcast_to(row, (512, 1024)), np.broadcast_to(row[:, None], (1024, 512))):
        np.testing.assert_array_equal(copied(given), given)


@pytest.mark.parametrize(
    ("shape", "axes", "parts"),
    [
        ((1 << 16, 3), (1, 0), 1),  # 1.5 MB go in pieces on one core
        ((1 << 18, 3), (1, 0), 4),
        ((20, 160, 200), (0, 2, 1), 4),
        ((300, 5000), (1, 0), 4),
        ((300, 4096), (1, 0), 0),  # lines that are 32 KB apart have few places in a cache
        ((9, 256, 256), (0, 2, 1), 0),
        ((63, 9000), (1, 0), 4),
        ((4096, 8, 32), (2, 1, 0), 4),  # too short for a panel
        ((128, 512), (1, 0), 0),  # small ones too
        ((127, 4096), (1, 0), 1),  # so few columns are no trouble
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

    monkeypatch.setattr(copies, "in_blocks", in_blocks)
    monkeypatch.setattr(copies, "_in_panels", in_panels)
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
        ((50, 200, 60), (0, 2, 1), {}),  # of one matrix, and then of the next
        ((50, 700, 60), (0, 2, 1), {2: 256}),
        ((90, 30, 40, 50), (0, 3, 2, 1), {2: 8}),
    ],
)
def test_few_columns_are_copied_at_a_time_where_a_call_has_enough(
    shape: tuple[int, ...], axes: tuple[int, ...], cut: dict[int, int]
) -> None:
    moved = np.empty(shape).transpose(axes)
    moved = np.lib.stride_tricks.as_strided(moved, *merged(moved))
    along = moved.strides.index(min(moved.strides))
    assert copies._few_columns(moved, along) == cut


@pytest.mark.parametrize(
    ("shape", "cuts"),
    [
        ((700, 700), {1: 256}),  # one core: 3.9 MB
        ((2000, 700), {1: 256}),  # eight pieces to share
        ((500, 1500), {0: 375, 1: 256}),  # two, and four parts of their rows
        ((100, 8000), {0: 2000}),
        ((8000, 63), {1: 520}),  # rows too short to be cut, and columns for a call
        ((1 << 16, 16), {1: 1 << 13}),  # so few that a call is for a megabyte
    ],
)
def test_threads_share_rows_where_there_are_few_columns(
    monkeypatch: pytest.MonkeyPatch, shape: tuple[int, int], cuts: dict[int, int]
) -> None:
    seen: list[dict[int, int]] = []
    in_pieces = copies._in_pieces

    def listening(target: Any, array: Any, cuts: dict[int, int]) -> None:
        seen.append(cuts)
        in_pieces(target, array, cuts)

    monkeypatch.setattr(copies, "_in_pieces", listening)
    array = whole(shape, "f8", 1).T
    np.testing.assert_array_equal(copied(array), array)
    assert seen == [cuts]


def test_a_copy_within_a_block_leaves_no_memory_behind() -> None:
    array = whole((300, 1000), "f8", 1).T
    assert is_leased(copied(array))
    assert in_blocks(lambda part: is_leased(copied(array)), 2, 2) == [False, False]


@pytest.mark.parametrize(("shape", "parts"), [((300, 200), 1), ((1500, 1000), 4)])
def test_matrices_of_float32_are_copied_by_blas_and_large_ones_shared(
    monkeypatch: pytest.MonkeyPatch, shape: tuple[int, int], parts: int
) -> None:
    given: list[int] = []

    def transposed(target: Any, array: Any, matrices: Any, count: int) -> None:
        given.append(count)
        target[...] = array

    monkeypatch.setattr("einsum_grad.runtime.transposition.transpose", lambda: print)
    monkeypatch.setattr(copies, "transposed", transposed)
    for dtype in ("f4", "f8"):
        array = whole(shape, dtype, 1).T
        np.testing.assert_array_equal(copied(array), array, strict=True)
    assert given == [parts]
