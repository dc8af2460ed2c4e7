"""Products in pieces equal `@`, and no BLAS shares them among its threads."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from einsum_grad.kernels.products import _sizes, multiplied
from einsum_grad.lower import machine
from tests.strategies import whole

SHAPES = [
    ((5,), (5,)),
    ((100,), (100,)),
    ((7, 5), (5,)),
    ((3, 7, 5), (5,)),
    ((5,), (5, 6)),
    ((5,), (3, 5, 6)),
    ((7, 5), (5, 6)),
    ((3, 7, 5), (5, 6)),
    ((3, 7, 5), (3, 5, 6)),
    ((7, 5), (3, 5, 6)),
    ((1, 7, 5), (3, 5, 6)),
    ((2, 1, 7, 5), (3, 5, 1)),
    ((30, 17), (17, 19)),
    ((1, 40), (40, 3)),
    ((40, 1), (1, 40)),
    ((0, 5), (5, 6)),
    ((4, 0), (0, 3)),
]


@pytest.mark.parametrize("limit", [8, 12, 30, 120, 1 << 18])
@pytest.mark.parametrize(("left", "right"), SHAPES)
def test_pieces_make_the_product(
    left: tuple[int, ...], right: tuple[int, ...], limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("BLAS_ONE_THREAD", "BLAS_ONE_THREAD_DOT"):
        monkeypatch.setattr(machine, name, limit)
    monkeypatch.setattr(machine, "UNLOCKED", 2)
    for dtype, turned in itertools.product(("f4", "c16", "i8"), (False, True)):
        a, b = whole(left, dtype, 1), whole(right, dtype, 2)
        if turned and a.ndim > 1:
            a = a.swapaxes(-1, -2).copy().swapaxes(-1, -2)
        wanted = np.matmul(a, b)
        np.testing.assert_array_equal(multiplied(a, b), wanted, strict=True)
        if wanted.ndim:
            rows = np.zeros(wanted.shape, dtype)
            assert multiplied(a, b, out=rows) is rows
            np.testing.assert_array_equal(rows, wanted)
            gaps = np.zeros((*wanted.shape, 2), dtype)[..., 0]
            assert multiplied(a, b, out=gaps) is gaps
            np.testing.assert_array_equal(gaps, wanted)


def test_no_product_of_two_axes_keeps_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """np.matmul keeps it where the result is small, however much it reads, and np.dot never."""
    matrix, vector = whole((8, 400), "f8", 1), whole((400,), "f8", 2)
    wanted, rows = matrix @ vector, np.zeros(8)
    monkeypatch.setattr(np, "matmul", None)
    np.testing.assert_array_equal(multiplied(matrix, vector), wanted)
    np.testing.assert_array_equal(multiplied(matrix, vector, out=rows), wanted)
    np.testing.assert_array_equal(rows, wanted)


@pytest.mark.parametrize("dtype", ["f4", "f8", "c8", "c16"])
@pytest.mark.parametrize(
    ("left", "right"),
    [
        ((256, 256), (256, 256)),
        ((1 << 16, 16), (16, 16)),
        ((32, 1 << 14), (1 << 14, 32)),
        ((2048, 2048), (2048, 1)),
        ((1, 2048), (2048, 2048)),
        ((1, 1 << 20), (1 << 20, 1)),
    ],
)
def test_a_piece_is_smaller_than_what_openblas_shares(
    left: tuple[int, int], right: tuple[int, int], dtype: str
) -> None:
    rows, count, columns = _sizes(np.empty(left, dtype), np.empty(right, dtype))
    most = 1 << 18 if dtype[0] == "f" else (1 << 16) - 1
    most = (1 << 18 if dtype[0] == "f" else 1 << 12) if 1 in (left[0], right[1]) else most
    most = 10_000 if left[0] == right[1] == 1 else most
    assert rows * count * columns <= most
    pieces = -(-left[0] // rows) * -(-left[1] // count) * -(-right[1] // columns)
    assert pieces > 500 or 1 not in (left[0], right[1]) or left[0] * right[1] > 500


@pytest.mark.parametrize(
    ("left", "right"),
    [((288, 2304), (2304, 1)), ((1, 3000), (3000, 200)), ((100, 8192), (8192, 1))],
)
def test_pieces_are_so_many_numbers_that_numpy_releases_the_lock(
    left: tuple[int, ...], right: tuple[int, ...]
) -> None:
    _, count, _ = _sizes(np.empty(left), np.empty(right))
    assert left[0] * right[1] * (left[1] // count) >= machine.UNLOCKED


@pytest.mark.parametrize(
    ("left", "right", "piece"),
    [
        ((128, 128), (128, 128), (32, 128, 64)),
        ((32, 1 << 14), (1 << 14, 32), (16, 512, 32)),  # no longer than 16 times its width
        ((16, 4096), (4096, 16), (16, 1024, 16)),
    ],
)
def test_pieces_are_long_but_not_too_long(
    left: tuple[int, int], right: tuple[int, int], piece: tuple[int, int, int]
) -> None:
    assert _sizes(np.empty(left), np.empty(right)) == piece
