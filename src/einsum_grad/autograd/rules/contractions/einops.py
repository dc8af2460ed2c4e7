"""Tensors in einops' functions: a backend, which einops finds as a subclass of its own.

This module is imported once einops is there, and never brings einops in itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from einops._backends import AbstractBackend

from einsum_grad.autograd.rules.contractions.einsum import einsum
from einsum_grad.autograd.tape.nodes import Array, Shape
from einsum_grad.autograd.tensor.tensor import Tensor


class TensorBackend(AbstractBackend):
    """What rearrange, reduce, repeat, einsum, pack and unpack ask of Tensors."""

    framework_name = "einsum_grad"

    def is_appropriate_type(self, tensor: Any) -> bool:
        """Whether this is a Tensor."""
        return isinstance(tensor, Tensor)

    def from_numpy(self, x: Any) -> Tensor:
        """A constant."""
        return Tensor(x)

    def to_numpy(self, x: Tensor) -> Array:
        """The array itself, as `einops.asnumpy` asks for it."""
        return x.numpy()

    def arange(self, start: int, stop: int) -> Array:
        """Integers from `start`."""
        return np.arange(start, stop)

    def reduce(self, x: Any, operation: str, axes: tuple[int, ...]) -> Any:
        """NumPy's function of this name."""
        return getattr(np, operation)(x, axis=axes)

    def stack_on_zeroth_dimension(self, tensors: Sequence[Any]) -> Any:
        """One array of several."""
        return np.stack(tensors)

    def add_axes(self, x: Any, n_axes: int, pos2len: Mapping[int, int]) -> Any:
        """Repeat along new axes."""
        new = np.expand_dims(x, tuple(pos2len))
        shape: Shape = tuple(pos2len.get(axis, size) for axis, size in enumerate(new.shape))
        return np.broadcast_to(new, shape)

    def concat(self, tensors: Sequence[Any], axis: int) -> Any:
        """Join along an axis."""
        return np.concatenate(tensors, axis)

    def is_float_type(self, x: Tensor) -> bool:
        """Whether a mean makes sense."""
        return x.dtype.kind in "fc"

    def einsum(self, pattern: str, *x: Any) -> Any:
        """np.einsum's call."""
        return einsum(pattern, *x)
