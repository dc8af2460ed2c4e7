"""The repr of a Tensor: its values, abbreviated, and whatever is not the default."""

from __future__ import annotations

import numpy as np

from einsum_grad.autograd.tape.nodes import Leaf, Node, Traced

_USUAL = (np.dtype(np.float64), np.dtype(np.int64), np.dtype(np.complex128), np.dtype(np.bool_))


def show(tensor: Traced) -> str:
    """The values, abbreviated as NumPy does; the dtype if unusual; how it was made.

    >>> from einsum_grad.autograd.tensor.tensor import Tensor
    >>> x = Tensor(np.arange(3, dtype=np.float32), requires_grad=True)
    >>> x
    Tensor([0., 1., 2.], dtype=float32, requires_grad=True)
    >>> x * 2
    Tensor([0., 2., 4.], dtype=float32, made by multiply)
    """
    array = tensor._array
    values = np.array2string(array, separator=", ", prefix="Tensor(", threshold=100)
    parts = [values, *_dtype(tensor), *_origin(tensor)]
    if array.size == 0 or "..." in values:
        parts.insert(1, f"shape={array.shape}")
    return f"Tensor({', '.join(parts)})"


def _dtype(tensor: Traced) -> list[str]:
    dtype = tensor._array.dtype
    return [] if dtype in _USUAL else [f"dtype={dtype}"]


def _origin(tensor: Traced) -> list[str]:
    if isinstance(tensor._node, Node):
        return [f"made by {tensor._node.name}"]
    return ["requires_grad=True"] if isinstance(tensor._node, Leaf) else []
