"""Operands, cotangents and tangents as Dask arrays of given chunks and dtype."""

from __future__ import annotations

import math
from typing import Any

import dask.array as da
import numpy as np

from einsum_grad.errors import DTypeError, OperandError
from einsum_grad.lower.partition.chunks import Axes
from einsum_grad.plan import Shape
from einsum_grad.runtime import as_array
from einsum_grad.runtime.operands.subclasses import check_plain

DType = np.dtype[Any]


def as_operand(value: Any, name: str) -> Any:
    """`value` as a Dask array whose sizes are known, or as one of NumPy's.

    Raises `OperandError` for unknown sizes and for blocks that are not NumPy's, `DTypeError` for
    blocks that mean more than their numbers.
    """
    if not isinstance(value, da.Array):
        return as_array(value, name)
    if not isinstance(value._meta, np.ndarray):
        kind = type(value._meta).__name__
        raise OperandError(f"{name}: its blocks are of class {kind}, and only NumPy's are taken")
    check_plain(value._meta, name)
    if any(math.isnan(size) for size in value.shape):
        raise OperandError(
            f"{name} has the shape {value.shape}, of which sizes aren't known: "
            "compute_chunk_sizes() finds them"
        )
    return value


def axes_of(array: Any) -> Axes | None:
    """The chunks along each axis; None for NumPy's arrays."""
    return array.chunks if isinstance(array, da.Array) else None


def laid_out(array: Any, axes: Axes, dtype: DType) -> Any:
    """`array` as a Dask array with these chunks and this dtype."""
    if not isinstance(array, da.Array):
        return da.from_array(array.astype(dtype, copy=False), chunks=axes)
    return converted(array, dtype).rechunk(axes)


def converted(array: Any, dtype: DType) -> Any:
    """`array` in another dtype; of complex numbers the real part where that is real."""
    if array.dtype == dtype:
        return array
    if array.dtype.kind == "c" and dtype.kind != "c":
        array = array.real
    return array.astype(dtype)


def check_fits(given: Any, shape: Shape, dtype: DType, name: str, of: str) -> None:
    """Raise an error unless an array has the shape, and numbers that the dtype stands for."""
    if given.shape != shape:
        raise OperandError(f"{name} has shape {given.shape}, and {of} {shape}")
    kind = given.dtype.kind
    if kind not in "biufc" or (kind == "c" and dtype.kind != "c"):
        raise DTypeError(f"{name} has dtype {given.dtype}, and {of} {dtype}")
