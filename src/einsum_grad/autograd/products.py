"""NumPy's products of two arrays: each is an einsum of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from einsum_grad.autograd.contract import contract
from einsum_grad.autograd.fit import LABELS
from einsum_grad.autograd.linear import linear
from einsum_grad.autograd.refusals import run
from einsum_grad.errors import OperandError

_MATMUL = {
    (True, True): "i,i->",
    (True, False): "j,...jk->...k",
    (False, True): "...ij,j->...i",
    (False, False): "...ij,...jk->...ik",
}
"""The pattern of a matrix product, by which operand is a vector."""


@linear(np.matmul)
def _matmul(x: Any, y: Any) -> Any:
    if np.ndim(x) == 0 or np.ndim(y) == 0:
        raise OperandError("matmul: an operand has no axes; multiply with * instead")
    vectors = (np.ndim(x) == 1, np.ndim(y) == 1)
    _check_pair("matmul", x, -1, y, -1 if vectors[1] else -2)
    return contract(_MATMUL[vectors], [x, y])


@linear(np.dot)
def _dot(a: Any, b: Any) -> Any:
    return _product("dot", a, b, -min(np.ndim(b), 2))


@linear(np.inner)
def _inner(a: Any, b: Any) -> Any:
    return _product("inner", a, b, -1)


def _product(name: str, a: Any, b: Any, axis: int) -> Any:
    """Sum over the last axis of `a` and an axis of `b`; numbers multiply."""
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return np.multiply(a, b)
    return _tensordot_over(name, a, (np.ndim(a) - 1,), b, (np.ndim(b) + axis,))


@linear(np.outer)
def _outer(a: Any, b: Any) -> Any:
    return contract("i,j->ij", [np.ravel(a), np.ravel(b)])


@linear(np.vdot)
def _vdot(a: Any, b: Any) -> Any:
    a, b = np.ravel(a), np.ravel(b)
    _check_pair("vdot", a, 0, b, 0)
    return contract("i,i->", [np.conjugate(a), b])


@linear(np.tensordot)
def _tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    ...
