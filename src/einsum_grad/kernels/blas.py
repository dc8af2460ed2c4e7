"""What NumPy's BLAS has beside what NumPy calls: transposed copies."""

from __future__ import annotations

import ctypes
import functools
import importlib
from collections.abc import Callable
from typing import Any

_LINKED = "numpy._core._multiarray_umath"
"""The module that is linked to the BLAS: what a library is linked to is found through it."""

_SOMATCOPY = (
    ("scipy_cblas_somatcopy64_", ctypes.c_int64),
    ("scipy_cblas_somatcopy", ctypes.c_int32),
)
"""What copies a float32 matrix: OpenBLAS's, in NumPy's wheels, and the integers that it takes."""

_BY_ROWS, _TRANSPOSED = 101, 112
"""How CBLAS says that a matrix lies row by row, and that it is to be transposed."""

Transpose = Callable[[int, int, int, int, int, int], None]
"""What copies a float32 matrix: its rows and columns, the addresses of the matrix and of its copy,
and how many numbers apart the rows lie in the one, and the columns in the other."""


def _library() -> Any:
    """The library, called without Python's lock; None if none is."""
    try:
        return ctypes.CDLL(importlib.import_module(_LINKED).__file__)
    except (ImportError, OSError):
        return None


@functools.cache
def transpose() -> Transpose | None:
    """What copies a float32 matrix so that its columns are rows; None where no such BLAS is.

    OpenBLAS has it for float64 too, but without a kernel of its own: that takes longer than NumPy.
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
