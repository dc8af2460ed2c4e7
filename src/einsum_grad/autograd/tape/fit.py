"""Where broadcasting is summed back and a gradient gets its operand's dtype: here alone."""

from __future__ import annotations

import functools
import string
from typing import Any

import numpy as np

from einsum_grad.autograd.tape.nodes import DType, Parts, Shape, Traced
from einsum_grad.errors import AutogradError
from einsum_grad.functions import Function, compile

LABELS = string.ascii_letters + "".join(map(chr, (*range(0x03B1, 0x03CA), *range(0x0410, 0x0450))))
"""Latin, Greek and Cyrillic letters: enough labels for two arrays of NumPy's most axes."""


def fit(cotangent: Any, shape: Shape, dtype: DType, name: str) -> Any:
    """Bring the cotangent of an operand of the operation `name` to the operand's shape and dtype.

    Axes along which the operand was broadcast are summed; the cotangent of a real operand is the
    real part. Works on arrays, and on Tensors, where it is recorded. Parts fit already.
    """
    if isinstance(cotangent, Parts):
        return cotangent
    if type(cotangent) is not np.ndarray and not isinstance(cotangent, Traced):
        cotangent = np.asarray(cotangent)
    if cotangent.shape != shape:
        cotangent = _sum_back(cotangent, shape, name)
    if cotangent.dtype is not dtype and cotangent.dtype != dtype:
        cotangent = _cast(cotangent, dtype)
    return cotangent


def _sum_back(cotangent: Any, shape: Shape, name: str) -> Any:
    lead = cotangent.ndim - len(shape)
    kept = cotangent.shape[max(lead, 0) :]
    if lead < 0 or any(size not in (1, n) for size, n in zip(shape, kept, strict=True)):
        raise AutogradError(
            f"the rule of {name} gave a cotangent of shape {cotangent.shape} "
            f"for an operand of shape {shape}"
        )
    back = (lead + axis for axis, size in enumerate(shape) if kept[axis] != size)
    return np.reshape(total(cotangent, (*range(lead), *back)), shape)


def _cast(cotangent: Any, dtype: DType) -> Any:
    return (cotangent if dtype.kind == "c" else np.real(cotangent)).astype(dtype)


def total(values: Any, axes: tuple[int, ...]) -> Any:
    """The sum over `axes`, by the compiled pattern; of a Tensor it is recorded.

    >>> total(np.ones((2, 3)), (0,))
    array([2., 2., 2.])
    """
    if isinstance(values, Traced):
        return np.sum(values, axis=axes)  # type: ignore[call-overload]  # np.sum takes Tensors
    return _summing(values.ndim, axes)(values)


@functools.lru_cache(maxsize=256)
def _summing(rank: int, axes: tuple[int, ...]) -> Function:
    return compile(sum_pattern(rank, axes))


def sum_pattern(rank: int, axes: tuple[int, ...]) -> str:
    """The pattern that sums an array of `rank` axes over some of them.

    >>> sum_pattern(3, (0, 2))
    'abc->b'
    """
    kept = (LABELS[axis] for axis in range(rank) if axis not in axes)
    return f"{LABELS[:rank]}->{''.join(kept)}"
