"""Copies of large arrays in any layout, and their pieces."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from einsum_grad.kernels import copies
from einsum_grad.kernels.buffer_pool import is_leased
from einsum_grad.kernels.copies import copied
from einsum_grad.kernels.parallel.threads import in_blocks
from einsum_grad.kernels.tiling import cut_of
from einsum_grad.kernels.transposition import merged
from tests.kernels.plain import plain
from tests.strategies import whole

Array = NDArray[Any]

Pieces = list[tuple[int, int, int, int]]
"""The pieces of each copy: their axis and length, the axis that is shared, the parts."""

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
    monkeypatch.setattr("einsum_grad.kernels.copies._in_columns", None)
    given = lay(whole((700, 1000), "f8", 1))
    np.testing.assert_array_equal(copied(given), given, strict=True)


def test_broadcast_axes_are_copied_as_often_as_they_repeat() -> None:
    row = np.arange(1024.0)
    for given in (np.broadcast_to(row, (512, 1024)), np.broadcast_to(row[:, None], (1024, 512))):
        np.testing.assert_array_equal(copied(given), given)


@pytest.fixture
def pieces(monkeypatch: pytest.MonkeyPatch) -> Pieces:
    """The pieces of each copy."""
    seen: Pieces = []
    in_pieces = copies._in_pieces

    def listening(target: Any, array: Any, *how: int) -> None:
        axis, length, shared, parts = how
        seen.append((axis, length, shared, parts))
        in_pieces(target, array, *how)

    monkeypatch.setattr(copies, "_in_pieces", listening)
    return seen


@pytest.mark.parametrize(
    ("shape", "axes", "piece"),
    [
        ((16, 200, 250), (2, 1, 0), (1, 15)),  # 240 columns of 200 · 16
        ((16, 12, 12, 250), (3, 1, 2, 0), (1, 16)),  # the two in the middle merge
        ((400, 130, 30), (2, 1, 0), (1, 2)),  # 800 columns: those of axis 2 would be more
        ((100, 9, 200), (2, 1, 0), (2, 25)),  # both axes are long enough, and this lies apart
        ((4, 16000, 4), (2, 1, 0), (1, 2048)),  # 32,768 numbers
        ((600, 700), (1, 0), (1, 200)),  # three pieces
        ((9000, 30), (1, 0), (1, 250)),  # 36 of 7,500 numbers
        ((90000, 5), (1, 0), (1, 6553)),  # rows so short that 32,768 numbers are a piece
        ((50, 700, 60), (0, 2, 1), (2, 233)),
        ((30, 30, 30, 30), (3, 2, 1, 0), (2, 1)),  # none is long enough, and this lies apart
    ],
)
def test_few_columns_are_copied_at_a_time(
    pieces: Pieces, shape: tuple[int, ...], axes: tuple[int, ...], piece: tuple[int, int]
) -> None:
    array = whole(shape, "f8", 1).transpose(axes)
    np.testing.assert_array_equal(copied(array), array)
    assert [found[:2] for found in pieces] == [piece]


@pytest.mark.parametrize(
    ("shape", "axes", "cut"),
    [
        ((700, 1024), (1, 0), (1, 16)),  # 8 KB apart, all lines map to one set
        ((700, 256), (1, 0), (1, 16)),  # 2 KB: two
        ((700, 128), (1, 0), (1, 32)),
        ((700, 640), (1, 0), (1, 32)),  # 5 KB: four
        ((1100, 64), (1, 0), (1, 64)),
        ((70, 1024), (1, 0), (1, 16)),  # a small one too
        ((40, 4096), (1, 0), (1, 16)),
        ((2, 700, 256), (0, 2, 1), (2, 16)),
        ((700, 32, 48), (2, 1, 0), (2, 16)),
        ((700, 1, 1024), (2, 1, 0), (2, 16)),
        ((700, 200, 24), (2, 1, 0), None),  # what lies between the lines is no longer near
        ((16, 16, 1024), (2, 0, 1), (1, 16)),  # axes that merge are one
        ((8, 9, 2048), (2, 1, 0), (1, 2)),  # of the last axis all are written at a time
        ((512, 9, 512), (2, 1, 0), None),  # the last axis is long
        ((4, 9, 2048), (2, 1, 0), None),  # or too short
        ((16, 200, 256), (2, 1, 0), (1, 1)),  # two sets
        ((8, 8, 8, 1024), (3, 2, 1, 0), (2, 1)),  # the axis whose indices lie farthest apart
        ((18, 16, 320), (2, 1, 0), None),  # 5 times 512 bytes apart: eight sets
        ((32, 1024), (1, 0), None),  # few lines
        ((64, 256), (1, 0), None),
        ((700, 1000), (1, 0), None),
        ((700, 1024), (0, 1), None),  # rows
    ],
)
def test_few_lines_of_one_set_are_copied_at_a_time(
    pieces: Pieces, shape: tuple[int, ...], axes: tuple[int, ...], cut: tuple[int, int] | None
) -> None:
    array = whole(shape, "f8", 1).transpose(axes)
    np.testing.assert_array_equal(copied(array), array)
    assert cut_of(array.reshape(merged(array)[0])) == cut
    assert cut is None or [found[:2] for found in pieces] == [cut]


@pytest.mark.parametrize(
    ("shape", "strides", "cut"),
    [
        ((64, 20_000), (8, 5608), None),  # neither the line nor the set is the same
        ((64, 20_000), (8, 5632), (1, 64)),  # eleven times 512 bytes, and so eight sets
        ((64, 2, 40), (8, 512, 4096), (1, 1)),  # two of the eight sets
        ((64, 1024, 16), (8, 8192, 128), None),  # the last axis does not lie apart
        ((64, 20_000), (8, 128), None),
        ((32, 9000), (8, 256), (1, 128)),  # the last axis lies apart, with sixteen sets
        ((32, 9, 9000), (8, 256, 8192), (2, 16)),  # and another would not
    ],
)
def test_strides_tell_which_lines_share_a_set(
    shape: tuple[int, ...], strides: tuple[int, ...], cut: tuple[int, int] | None
) -> None:
    assert cut_of(as_strided(np.zeros(1), shape, strides)) == cut


def test_a_chunk_is_tiled_from_half_the_size(pieces: Pieces) -> None:
    array = whole((40, 1024), "f8", 1).T
    copied(array)
    assert not pieces
    in_blocks(lambda part: copied(array), 1, 1)
    assert [found[:2] for found in pieces] == [(1, 16)]
    in_blocks(lambda part: copied(array[:700]), 1, 1)
    assert len(pieces) == 1


def test_numpy_copies_smaller_arrays(pieces: Pieces) -> None:
    array = whole((60, 1024), "f8", 1).T
    found = copied(array)
    np.testing.assert_array_equal(found, array)
    assert not pieces
    assert not is_leased(found)


@pytest.mark.parametrize(
    ("shape", "axes"),
    [
        ((200, 700), (1, 0)),  # there are no others
        ((50, 200, 60), (0, 2, 1)),  # of one matrix, and then of the next
        ((700, 700), (0, 1)),  # already in memory order
    ],
)
def test_few_columns_are_copied_as_they_are(
    pieces: Pieces, shape: tuple[int, ...], axes: tuple[int, ...]
) -> None:
    array = whole(shape, "f8", 1).transpose(axes)
    np.testing.assert_array_equal(copied(array), array)
    ((axis, length, _, _),) = pieces
    assert length == merged(array)[0][axis]


@pytest.mark.parametrize(
    ("shape", "axes", "shared"),
    [
        ((700, 700), (1, 0), (1, 1)),  # one core: 3.9 MB
        ((2100, 700), (1, 0), (1, 4)),  # nine pieces to share
        ((500, 1500), (1, 0), (0, 4)),  # two, and their rows are shared
        ((8000, 63), (1, 0), (1, 1)),
        ((9000, 63), (1, 0), (1, 4)),  # rows too short to be shared
        ((30, 600, 32), (0, 2, 1), (2, 4)),
        ((600, 1000), (0, 1), (0, 4)),  # the first axis that is long enough
        ((7, 100, 1000), (1, 0, 2), (0, 4)),
    ],
)
def test_threads_share_pieces_or_rows_of_large_arrays(
    pieces: Pieces, shape: tuple[int, ...], axes: tuple[int, ...], shared: tuple[int, int]
) -> None:
    array = whole(shape, "f8", 1).transpose(axes)
    np.testing.assert_array_equal(copied(array), array)
    assert [found[2:] for found in pieces] == [shared]
    pieces.clear()
    # Within a chunk it is one thread's.
    in_blocks(lambda part: copied(array), 2, 2)
    assert {parts for *_, parts in pieces} == {1}


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_small_arrays_are_copied_by_one_call(monkeypatch: pytest.MonkeyPatch, dtype: str) -> None:
    monkeypatch.setattr(copies, "_in_columns", None)
    small = whole((1000, 100), dtype, 1).T
    np.testing.assert_array_equal(copied(small), small)
    # Within a chunk others wait for Python's lock, and the BLAS would be late.
    monkeypatch.setattr(copies, "matrices_of", None)
    in_blocks(lambda part: copied(small[part]), 100, 2)


@pytest.mark.parametrize("shape", [(300, 1000), (70, 1024), (70, 1000)])
def test_a_copy_within_a_chunk_leaves_no_memory_in_the_pool(shape: tuple[int, ...]) -> None:
    array = whole(shape, "f8", 1).T
    assert is_leased(copied(array))
    assert in_blocks(lambda part: is_leased(copied(array)), 2, 2) == [False, False]


def test_blas_has_larger_matrices_beside_other_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []

    def matrices_of(array: Any, beside: bool) -> None:
        asked.append(beside)

    monkeypatch.setattr(copies, "matrices_of", matrices_of)
    large, larger = (whole((count, 300, 200), "f4", 1).transpose(0, 2, 1) for count in (8, 20))
    copied(large)
    copied(larger)
    in_blocks(lambda part: copied(large), 2, 2)
    assert asked == [False, True, True, True]


@pytest.mark.parametrize(("shape", "parts"), [((300, 200), 1), ((1500, 1000), 4)])
def test_matrices_of_float32_are_copied_by_blas_and_large_ones_shared(
    monkeypatch: pytest.MonkeyPatch, shape: tuple[int, int], parts: int
) -> None:
    given: list[int] = []

    def transposed(target: Any, array: Any, matrices: Any, count: int) -> None:
        given.append(count)
        target[...] = array

    monkeypatch.setattr("einsum_grad.kernels.transposition.transpose", lambda: print)
    monkeypatch.setattr(copies, "transposed", transposed)
    for dtype in ("f4", "f8"):
        array = whole(shape, dtype, 1).T
        np.testing.assert_array_equal(copied(array), array, strict=True)
    assert given == [parts]
