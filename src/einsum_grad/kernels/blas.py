"""Transposed copies by NumPy's own BLAS, which NumPy itself doesn't call."""

from __future__ import annotations

import ctypes
import functools
import importlib
from collections.abc import Callable
from typing import Any

_LINKED = "numpy._core._multiarray_umath"
"""The module that is linked to the BLAS, whose symbols are found through it."""

_SOMATCOPY = (
    ("scipy_cblas_somatcopy64_", ctypes.c_int64),
    ("scipy_cblas_somatcopy", ctypes.c_int32),
)
"""OpenBLAS's names, in NumPy's wheels, for copying a float32 matrix, and its integer type."""

_BY_ROWS, _TRANSPOSED = 101, 112
"""CBLAS's constants for row-major order and for transposition."""

Transpose = Callable[[int, int, int, int, int, int], None]
"""Copies a float32 matrix: rows, columns, the addresses of the matrix and of its copy, and the
strides, in numbers, of the rows in the one and of the columns in the other."""


def _library() -> Any:
    """The library, whose calls release Python's lock; None if it can't be loaded."""
    try:
        return ctypes.CDLL(importlib.import_module(_LINKED).__file__)
    except (ImportError, OSError):
        return None


@functools.cache
def transpose() -> Transpose | None:
    """The function that transposes a float32 matrix into a copy; None where the BLAS has none.

    OpenBLAS has one for float64 too, but without an optimised kernel: NumPy is faster.
    """
    library, flag = _library(), ctypes.c_int
    for name, integer in _SOMATCOPY:
        function = getattr(library, name, None)
        if function:
            matrix = [ctypes.c_void_p, integer]
            function.argtypes = [flag, flag, integer, integer, ctypes.c_float, *matrix, *matrix]
            function.restype = None
            return functools.partial(_transposed, function)
    return None


def _transposed(
    function: Any, rows: int, columns: int, array: int, copy: int, apart: int, between: int
) -> None:
    function(_BY_ROWS, _TRANSPOSED, rows, columns, 1.0, array, apart, copy, between)
