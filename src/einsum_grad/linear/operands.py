"""What a linear map is given: arrays of NumPy alone."""

from __future__ import annotations

from typing import Any

from einsum_grad.errors import OperandError
from einsum_grad.runtime.dtypes import Array
from einsum_grad.runtime.libraries.library import library_of
from einsum_grad.runtime.operands.arrays import as_array


def numpy_array(value: Any, name: str) -> Array:
    """`value` as an array; raises `OperandError` for one of another library."""
    if library := library_of(value):
        raise OperandError(
            f"{name}: a linear map takes NumPy arrays, and not {library.arrays}; convert them to "
            "these, or multiply by f.jvp and f.vjp, which take both"
        )
    return as_array(value, name)
