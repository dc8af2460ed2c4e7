"""Which arrays the BLAS copies, and where each matrix of them begins."""

from __future__ import annotations

import ctypes
import itertools
from typing import Any

import numpy as np
import pytest
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from einsum_grad.kernels import transposition
from einsum_grad.kernels.copies import copied
from einsum_grad.kernels.transposition import Matrices, matrices_of, transposed
from einsum_grad.lower import machine
from tests.strategies import whole

Array = NDArray[Any]

copied_matrices: list[tuple[int, int]] = []


def at(address: int, count: int) -> Array:
    return np.ctypeslib.as_array((ctypes.c_float * count).from_address(address))


def in_numpy(rows: int, columns: int, array: int, copy: int, apart: int, between: int) -> None:
    """What the BLAS does, on any machine."""
    lines = as_strided(at(array, apart * (rows - 1) + columns), (rows, columns), (4 * apart, 4))
    numbers = at(copy, between * (columns - 1) + rows)
    as_strided(numbers, (columns, rows), (4 * between, 4))[...] = lines.T
    copied_matrices.append((rows, columns))


@pytest.fixture(autouse=True)
def _blas(monkeypatch: pytest.MonkeyPatch) -> None:
    copied_matrices.clear()
    monkeypatch.setattr(transposition, "transpose", lambda: in_numpy)


def by_matrices(array: Array, parts: int = 1) -> Array:
    matrices = matrices_of(array)
    assert matrices is not None
    target = np.full(array.shape, -1, array.dtype)
    transposed(target, array, matrices, parts)
    return target


@pytest.mark.parametrize(
    ("shape", "found"),
    [
        ((200, 170), {(1, 0): (200, 170)}),
        ((3, 200, 170), {(0, 2, 1): (200, 170), (1, 2, 0): (3, 34000), (2, 0, 1): (600, 170)}),
        ((170, 3, 200), {(2, 1, 0): (170, 200), (1, 2, 0): (170, 600), (2, 0, 1): (510, 200)}),
        ((170, 2, 3, 200), {(3, 2, 1, 0): (170, 200), (1, 3, 2, 0): (170, 200)}),
        ((2, 170, 3, 200), {(2, 0, 3, 1): (170, 200), (3, 0, 2, 1): (170, 200)}),
    ],
)
def test_matrices_have_the_contiguous_axes_of_the_array_and_of_the_copy(
    shape: tuple[int, ...], found: dict[tuple[int, ...], tuple[int, int] | None]
) -> None:
    array = whole(shape, "f4", 1)
    for axes, size in found.items():
        moved = array.transpose(axes)
        matrices = matrices_of(moved)
        assert size == (matrices and (matrices.rows, matrices.columns))
        if size:
            np.testing.assert_array_equal(by_matrices(moved), moved)


def test_every_order_of_axes_is_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "BLAS_TRANSPOSED", 1)
    array = whole((9, 5, 6, 8), "f4", 1)
    array = np.concatenate([array, array], 1)[:, 2:8]
    orders = [order for order in itertools.permutations(range(4)) if order[-1] != 3]
    for axes in orders:
        moved = array.transpose(axes)
        np.testing.assert_array_equal(by_matrices(moved), moved)
        np.testing.assert_array_equal(by_matrices(moved, 3), moved)
    assert len(copied_matrices) > 2 * len(orders)


@pytest.mark.parametrize(
    "array",
    [
        whole((200, 300), "f8", 1).T,
        whole((200, 300), "i4", 1).T,
        whole((200, 300), ">f4", 1).T,
        whole((200, 300), "f4", 1),
        whole((200, 300), "f4", 1).T[:, ::-1],
        whole((200, 300), "f4", 1)[:, ::-1].T,
        whole((200, 600), "f4", 1)[:, ::2].T,
        np.broadcast_to(whole((300,), "f4", 1), (200, 300)).T,
        whole((32, 1023), "f4", 1).T,
        whole((100, 100, 100), "f4", 1).transpose(2, 1, 0),
        np.frombuffer(bytes(4 * 200 * 300 + 1), "f4", 200 * 300, 1).reshape(200, 300).T,
        np.zeros((0, 300), "f4").T,
        np.zeros((), "f4"),
    ],
)
def test_arrays_that_blas_cannot_copy_faster_have_no_matrices(array: Array) -> None:
    assert matrices_of(array) is None
    np.testing.assert_array_equal(copied(array), array)


def test_without_a_transposing_blas_there_are_no_matrices(monkeypatch: pytest.MonkeyPatch) -> None:
    array = whole((200, 300), "f4", 1).T
    assert matrices_of(array) == Matrices(200, 300, 1200, 800, [(0, 0)])
    monkeypatch.setattr(transposition, "transpose", lambda: None)
    assert matrices_of(array) is None
    np.testing.assert_array_equal(copied(array), array)


@pytest.mark.parametrize(
    ("shape", "axes", "pieces"),
    [
        ((202, 170), (1, 0), [(51, 170), (51, 170), (51, 170), (49, 170)]),
        ((170, 202), (1, 0), [(170, 51), (170, 51), (170, 51), (170, 49)]),
        ((2, 202, 170), (0, 2, 1), [(51, 170), (51, 170), (51, 170), (49, 170)] * 2),
        ((5, 202, 170), (0, 2, 1), [(202, 170)] * 5),
    ],
)
def test_chunks_are_whole_matrices_or_else_pieces_along_the_longer_side(
    shape: tuple[int, ...], axes: tuple[int, ...], pieces: list[tuple[int, int]]
) -> None:
    moved = whole(shape, "f4", 1).transpose(axes)
    np.testing.assert_array_equal(by_matrices(moved, 4), moved)
    assert sorted(copied_matrices) == sorted(pieces)
