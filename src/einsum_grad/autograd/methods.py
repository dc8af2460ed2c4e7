"""The methods that Tensors share with arrays: each calls NumPy's function."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from einsum_grad.autograd.dispatch import RECORDED
from einsum_grad.autograd.operators import recorded


class Methods:
    """The methods of an array that have a gradient."""

    __slots__ = ()

    @property
    def T(self) -> Self:  # noqa: N802 - NumPy's name
        """The axes in reverse order."""
        return recorded(self, np.transpose)

    def transpose(self, *axes: Any) -> Self:
        """`t.transpose()`, `t.transpose(1, 0)` or `t.transpose((1, 0))`, as of an array."""
        return recorded(self, np.transpose, _one(axes) if axes else None)

    def reshape(self, *shape: Any) -> Self:
        """`t.reshape(2, 3)` or `t.reshape((2, 3))`, as of an array."""
        return recorded(self, np.reshape, _one(shape))

    def astype(self, dtype: Any) -> Self:
        """The values in another dtype; the gradient comes back in this one."""
        return recorded(self, RECORDED[np.ndarray.astype], dtype)

    def sum(self, axis: Any = None, *, keepdims: bool = False) -> Self:
        """`np.sum` of it."""
        return recorded(self, np.sum, axis=axis, keepdims=keepdims)

    def mean(self, axis: Any = None, *, keepdims: bool = False) -> Self:
        """`np.mean` of it."""
        return recorded(self, np.mean, axis=axis, keepdims=keepdims)

    def max(self, axis: Any = None, *, keepdims: bool = False) -> Self:
        """`np.max` of it."""
        return recorded(self, np.max, axis=axis, keepdims=keepdims)

    def min(self, axis: Any = None, *, keepdims: bool = False) -> Self:
        """`np.min` of it."""
        return recorded(self, np.min, axis=axis, keepdims=keepdims)

    def dot(self, other: Any) -> Self:
        """`np.dot` of it and `other`."""
        return recorded(self, np.dot, other)

    def trace(self, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Self:
        """`np.trace` of it."""
        return recorded(self, np.trace, offset, axis1, axis2)

    def diagonal(self, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Self:
        """`np.diagonal` of it."""
        return recorded(self, np.diagonal, offset, axis1, axis2)

    def swapaxes(self, axis1: int, axis2: int) -> Self:
        """`np.swapaxes` of it."""
        return recorded(self, np.swapaxes, axis1, axis2)

    def squeeze(self, axis: Any = None) -> Self:
        """`np.squeeze` of it."""
        return recorded(self, np.squeeze, axis)

    def ravel(self) -> Self:
        """`np.ravel` of it."""
        return recorded(self, np.ravel)

    def clip(self, a_min: Any = None, a_max: Any = None) -> Self:
        """`np.clip` of it."""
        return recorded(self, np.clip, a_min, a_max)

    def conj(self) -> Self:
        """`np.conj` of it."""
        return recorded(self, np.conjugate)

    def exp(self) -> Self:
        """`np.exp` of it."""
        return recorded(self, np.exp)

    def log(self) -> Self:
        """`np.log` of it."""
        return recorded(self, np.log)

    def sqrt(self) -> Self:
        """`np.sqrt` of it."""
        return recorded(self, np.sqrt)

    def tanh(self) -> Self:
        """`np.tanh` of it."""
        return recorded(self, np.tanh)

    def sin(self) -> Self:
        """`np.sin` of it."""
        return recorded(self, np.sin)

    def cos(self) -> Self:
        """`np.cos` of it."""
        return recorded(self, np.cos)


def _one(numbers: tuple[Any, ...]) -> Any:
    return numbers[0] if len(numbers) == 1 else numbers
