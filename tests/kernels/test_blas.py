"""Transposed copies by NumPy's own BLAS."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from einsum_grad.kernels import blas

needs_transpose = pytest.mark.skipif(
    blas.transpose() is None, reason="NumPy's BLAS has no copy of a matrix here"
)


@needs_transpose
@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (4, 5), (17, 33), (64, 64), (300, 7)])
def test_a_matrix_is_copied_bit_by_bit(shape: tuple[int, int]) -> None:
    copy = blas.transpose()
    assert copy is not None
    rows, columns = shape
    # Any bits except signalling nans, which no arithmetic preserves.
    special = np.array([-0.0, np.inf, -np.inf, np.nan, 1e-45, -3e-39, 3.4e38], "f4")
    array = np.random.default_rng(1).standard_normal((rows, columns + 3)).astype("f4")
    array.flat[: special.size] = special[: array.size]
    written = np.full((columns, rows + 2), 7, "f4")
    copy(rows, columns, array.ctypes.data, written.ctypes.data, columns + 3, rows + 2)
    expected = np.ascontiguousarray(array[:, :columns].T)
    np.testing.assert_array_equal(written[:, :rows].copy().view("i4"), expected.view("i4"))
    assert (written[:, rows:] == 7).all()


def test_another_library_has_no_transposition(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Any:
        raise ImportError(name)

    blas.transpose.cache_clear()
    monkeypatch.setattr("importlib.import_module", missing)
    try:
        assert blas.transpose() is None
    finally:
        blas.transpose.cache_clear()
