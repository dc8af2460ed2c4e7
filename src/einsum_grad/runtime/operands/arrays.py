"""What a call is given, as arrays: operands, tangents and cotangents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy import ndarray

from einsum_grad.errors import ArgumentError, ArgumentTypeError, DTypeError, OperandError
from einsum_grad.plan import Shape
from einsum_grad.runtime.dtypes import Array, DType, convert
from einsum_grad.runtime.libraries.library import library_of
from einsum_grad.runtime.operands.subclasses import check_plain


def as_array(value: Any, name: str) -> Array:
    """`value` as an array; raises `OperandError` for what can't be one, such as a ragged list.

    Raises `DTypeError` for what means more than its numbers, as `check_plain` does. A torch tensor
    that requires a gradient raises RuntimeError.
    """
    if type(value) is ndarray:
        return value
    check_plain(value, name)
    if library := library_of(value):
        raise OperandError(
            f"{name}: {library.arrays} beside NumPy arrays, or where only these are taken; convert "
            "them to arrays of one library first"
        )
    try:
        array = np.asarray(value)
    except (TypeError, ValueError, RuntimeError, OverflowError) as error:
        raise OperandError(f"{name} can't be made an array: {error}") from error
    if array.dtype == object and array.shape != getattr(value, "shape", array.shape):
        raise OperandError(
            f"{name} is a {type(value).__name__}, which NumPy takes for one object; make it an "
            "array first, as with toarray()"
        )
    return array


def as_arrays(operands: Sequence[Any]) -> tuple[Array, ...]:
    """Operands as arrays."""
    return tuple(as_array(operand, f"operand {n}") for n, operand in enumerate(operands))


def as_cotangent(value: Any, shape: Shape, dtype: DType) -> Array:
    """The cotangent of an output of that shape, in the dtype of the computation."""
    given = as_array(value, "the cotangent")
    if given.shape != shape:
        raise OperandError(f"the cotangent has shape {given.shape}, and the output {shape}")
    if given.dtype == dtype:
        return given
    if given.dtype.kind not in "biufc" or (given.dtype.kind == "c" and dtype.kind != "c"):
        raise DTypeError(f"the cotangent has dtype {given.dtype}, and the output is {dtype}")
    return convert(given, dtype, "the cotangent")


def as_tangents(arrays: Sequence[Array], tangents: Sequence[Any]) -> dict[int, Array]:
    """The tangents of those operands that have one, by number; each fits its operand."""
    moving = {n: as_array(v, f"tangent {n}") for n, v in enumerate(tangents) if v is not None}
    for n, tangent in moving.items():
        if tangent.shape != arrays[n].shape:
            raise OperandError(
                f"tangent {n} has shape {tangent.shape}, and its operand {arrays[n].shape}"
            )
        kind = tangent.dtype.kind
        if kind not in "biufc" or (kind == "c" and arrays[n].dtype.kind != "c"):
            raise DTypeError(f"tangent {n} is {tangent.dtype}, and its operand {arrays[n].dtype}")
    return moving


def check_tuples(operands: Any, tangents: Any) -> None:
    """Raise `ArgumentTypeError` or `ArgumentError` unless both are tuples of one length."""
    for name, given in (("operands", operands), ("tangents", tangents)):
        if not isinstance(given, (tuple, list)):
            raise ArgumentTypeError(f"{name} is a tuple, not a {type(given).__name__}")
    if len(tangents) != len(operands):
        raise ArgumentError(
            f"{len(operands)} operands and {len(tangents)} tangents; None stands for no tangent"
        )
