"""What the rules of linear algebra say of matrices, which are the last two axes of an array."""

from __future__ import annotations

from typing import Any

import numpy as np

from einsum_grad.autograd.rules.contractions.contract import contract
from einsum_grad.autograd.rules.elementwise.primitives import conj


def transposed(x: Any) -> Any:
    """Each matrix transposed."""
    return np.swapaxes(x, -1, -2)


def adjoint(x: Any) -> Any:
    """Each matrix transposed and conjugated.

    >>> adjoint(np.array([[1, 2j], [3, 4]]))
    array([[1.-0.j, 3.-0.j],
           [0.-2.j, 4.-0.j]])
    """
    return conj(transposed(x))


def diagonal(x: Any) -> Any:
    """The diagonal of each matrix."""
    return contract("...ii->...i", [x])


def from_diagonal(x: Any) -> Any:
    """Each vector as the diagonal of a matrix."""
    return contract("...i->...ii", [x])


def off_diagonal(x: Any) -> Any:
    """Each matrix with zeros on its diagonal."""
    return np.where(np.eye(x.shape[-1], dtype=bool), 0, x)


def differences(x: Any) -> Any:
    """x_j - x_i of each vector, and 1 on the diagonal: something to divide by."""
    return np.where(np.eye(x.shape[-1], dtype=bool), 1, x[..., None, :] - x[..., :, None])


def strict(size: int, lower: bool) -> Any:
    """Where the triangle of a matrix is, without its diagonal.

    >>> strict(2, lower=True)
    array([[False, False],
           [ True, False]])
    """
    below = np.tri(size, k=-1, dtype=bool)
    return below if lower else below.T


def in_triangle(x: Any, lower: bool) -> Any:
    """The cotangent of the triangle that stands for a Hermitian matrix, from the matrix's own.

    >>> in_triangle(np.array([[1.0, 2.0], [3.0, 4.0]]), lower=True)
    array([[1., 0.],
           [5., 4.]])
    """
    size, both = x.shape[-1], x + adjoint(x)
    return np.where(strict(size, lower), both, np.where(np.eye(size, dtype=bool), both / 2, 0))


def from_triangle(x: Any) -> Any:
    """The Hermitian matrix whose lower triangle is that of `x`.

    >>> from_triangle(np.array([[1.0, 2.0], [3.0, 4.0]]))
    array([[1., 3.],
           [3., 4.]])
    """
    below = np.where(strict(x.shape[-1], lower=True), x, 0)
    return below + adjoint(below) + from_diagonal(np.real(diagonal(x)))


def thin(g: Any, q: Any, count: int) -> tuple[Any, Any]:
    """The first `count` columns of orthogonal ones, and their cotangent.

    The others stay orthogonal to these, so their cotangent acts on these.
    """
    first, rest = q[..., :count], q[..., count:]
    if g is None or q.shape[-1] == count:
        return g, first
    return g[..., :count] - rest @ (adjoint(g[..., count:]) @ first), first
