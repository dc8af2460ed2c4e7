"""The methods of a Tensor that arrays have too: each is NumPy's function of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from einsum_grad.autograd.dispatch import RECORDED
from einsum_grad.autograd.operators import recorded

if TYPE_CHECKING:
    from einsum_grad.autograd.tensor import Tensor


class Methods:
    """The methods of an array that have a gradient."""

    __slots__ = ()

    @property
    def T(self) -> Tensor:  # noqa: N802 - NumPy's name
        """The axes in reverse order."""
        return recorded(np.transpose, self)

    def transpose(self, *axes: Any) -> Tensor:
        """`t.transpose()`, `t.transpose(1, 0)` or `t.transpose((1, 0))`, as of an array."""
        return recorded(np.transpose, self, _one(axes) if axes else None)

    def reshape(self, *shape: Any) -> Tensor:
        """`t.reshape(2, 3)` or `t.reshape((2, 3))`, as of an array."""
        return recorded(np.reshape, self, _one(shape))

    def astype(self, dtype: Any) -> Tensor:
        """The values in another dtype; the gradient comes back in this one."""
        return recorded(RECORDED[np.ndarray.astype], self, dtype)

    def sum(self, axis: Any = None, *, keepdims: bool = False) -> Tensor:
        """`np.sum` of it."""
        return recorded(np.sum, self, axis=axis, keepdims=keepdims)

    def mean(self, axis: Any = None, *, keepdims: bool = False) -> Tensor:
        """`np.mean` of it."""
        return recorded(np.mean, self, axis=axis, keepdims=keepdims)

    def max(self, axis: Any = None, *, keepdims: bool = False) -> Tensor:
        """`np.max` of it."""
        return recorded(np.max, self, axis=axis, keepdims=keepdims)

    def min(self, axis: Any = None, *, keepdims: bool = False) -> Tensor:
        """`np.min` of it."""
        return recorded(np.min, self, axis=axis, keepdims=keepdims)

    def dot(self, other: Any) -> Tensor:
        """`np.dot` of it and `other`."""
        return recorded(np.dot, self, other)

    def trace(self, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
        """`np.trace` of it."""
        return recorded(np.trace, self, offset, axis1, axis2)

    def diagonal(self, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
        """`np.diagonal` of it."""
        return recorded(np.diagonal, self, offset, axis1, axis2)

    def swapaxes(self, axis1: int, axis2: int) -> Tensor:
        """`np.swapaxes` of it."""
        return recorded(np.swapaxes, self, axis1, axis2)

    def squeeze(self, axis: Any = None) -> Tensor:
        """`np.squeeze` of it."""
        return recorded(np.squeeze, self, axis)

    def ravel(self) -> Tensor:
        """`np.ravel` of it."""
        return recorded(np.ravel, self)

    def clip(self, a_min: Any = None, a_max: Any = None) -> Tensor:
        """`np.clip` of it."""
        return recorded(np.clip, self, a_min, a_max)

    def conj(self) -> Tensor:
        """`np.conj` of it."""
        return recorded(np.conjugate, self)

    def exp(self) -> Tensor:
        """`np.exp` of it."""
        return recorded(np.exp, self)

    def log(self) -> Tensor:
        """`np.log` of it."""
        return recorded(np.log, self)

    def sqrt(self) -> Tensor:
        """`np.sqrt` of it."""
        return recorded(np.sqrt, self)

    def tanh(self) -> Tensor:
        """`np.tanh` of it."""
        return recorded(np.tanh, self)

    def sin(self) -> Tensor:
        """`np.sin` of it."""
        return recorded(np.sin, self)

    def cos(self) -> Tensor:
        """`np.cos` of it."""
        return recorded(np.cos, self)


def _one(numbers: tuple[Any, ...]) -> Any:
    return numbers[0] if len(numbers) == 1 else numbers
