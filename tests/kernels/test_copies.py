"""Copies of large arrays in any layout, and their pieces."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from einsum_grad.kernels import copies
from einsum_grad.kernels.buffer_pool import is_leased
from einsum_grad.kernels.copies import copied, cut_of
from einsum_grad.kernels.transposition import merged
from einsum_grad.lower import machine
from tests.kernels.plain import plain
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


def test_broadcast_axes_are_copied_as_often_as_they_repeat() -> None:
    row = np.arange(1024.0)
    for given in (np.broadcast_to(row, (512, 1024)), np.broadcast_to(row[:, None], (1024, 512))):
        np.testing.assert_array_equal(copied(given), given)


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
def test_rows_with_gaps_or_backwards_are_copied_whole(lay: Callable[[Any], Any]) -> None:
    given = lay(whole((700, 1000), "f8", 1))
    axis, length = cut_of(given)
    assert length == given.shape[axis]
    np.testing.assert_array_equal(copied(given), given, strict=True)


@pytest.mark.parametrize(
    ("shape", "axes", "piece"),
    [
        ((700, 1024), (1, 0), (1, 16)),
        ((700, 1000), (1, 0), (1, 16)),
        ((16, 200, 250), (2, 1, 0), (1, 1)),  # 16 columns of one index
        ((250, 30, 100), (2, 1, 0), (1, 1)),  # the axis whose indices lie farthest apart
        ((90000, 5), (1, 0), (1, 818)),  # rows so short that 4,096 numbers are a piece
        ((50, 700, 60), (0, 2, 1), (2, 63)),
        ((700, 1000), (0, 1), (0, 700_000)),  # rows
        ((8, 700, 1000), (1, 0, 2), (2, 1000)),
    ],
)
def test_few_columns_are_copied_at_a_time(
    shape: tuple[int, ...], axes: tuple[int, ...], piece: tuple[int, int]
) -> None:
    array = whole(shape, "f8", 1).transpose(axes)
    assert cut_of(array.reshape(merged(array)[0])) == piece
    np.testing.assert_array_equal(copied(array), array)


def test_numpy_copies_smaller_arrays(monkeypatch: pytest.MonkeyPatch) -> None:
    small, large = (whole((rows, 1024), "f8", 1).T for rows in (63, 64))
    assert is_leased(copied(large))
    monkeypatch.setattr(copies, "cut_of", None)
    assert not is_leased(copied(small))
    np.testing.assert_array_equal(copied(small), small)


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_two_threads_share_what_takes_one_long(dtype: str, monkeypatch: pytest.MonkeyPatch) -> None:
    parts: list[int] = []

    def in_blocks(work: Callable[[slice], Any], length: int, count: int) -> list[Any]:
        parts.append(count)
        return [work(slice(start, start + 100)) for start in range(0, length, 100)]

    monkeypatch.setattr(copies, "in_blocks", in_blocks)
    monkeypatch.setattr("einsum_grad.kernels.transposition.in_blocks", in_blocks)
    least = 2 * machine.WAKING * machine.MOVED_IN_A_MICROSECOND // (2 * 1000)
    rows = -(-least // np.dtype(dtype).itemsize)
    for count, shared in ((rows - 1, False), (rows, True)):
        parts.clear()
        array = whole((count, 1000), dtype, 1).T
        np.testing.assert_array_equal(copied(array), array, strict=True)
        assert (2 in parts) == shared
