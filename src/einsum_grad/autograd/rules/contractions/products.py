"""NumPy's products of two arrays: each is an einsum of them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from einsum_grad.autograd.rules.composite import composite
from einsum_grad.autograd.rules.contractions.contract import contract
from einsum_grad.autograd.rules.contractions.linear import axes_of
from einsum_grad.autograd.tape.fit import LABELS
from einsum_grad.autograd.tape.refusals import as_operand, run
from einsum_grad.errors import ArgumentError, OperandError

_MATMUL = {
    (True, True): "i,i->",
    (True, False): "j,...jk->...k",
    (False, True): "...ij,j->...i",
    (False, False): "...ij,...jk->...ik",
}
"""The pattern of a matrix product, by which operand is a vector."""


@composite(np.matmul)
def _matmul(x: Any, y: Any) -> Any:
    x, y = operands("matmul", x, y)
    ranks = [len(getattr(operand, "shape", ())) for operand in (x, y)]
    if 0 in ranks:
        raise OperandError("matmul: an operand has no axes; multiply with * instead")
    vectors = (ranks[0] == 1, ranks[1] == 1)
    check_pair("matmul", x, -1, y, -1 if vectors[1] else -2)
    return contract(_MATMUL[vectors], [x, y])


@composite(np.dot)
def _dot(a: Any, b: Any) -> Any:
    return _product("dot", a, b, -2)


@composite(np.inner)
def _inner(a: Any, b: Any) -> Any:
    return _product("inner", a, b, -1)


def _product(name: str, a: Any, b: Any, axis: int) -> Any:
    """Sum over the last axis of `a` and an axis of `b`; numbers multiply."""
    a, b = operands(name, a, b)
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return np.multiply(a, b)
    return _over(name, a, (np.ndim(a) - 1,), b, (max(np.ndim(b) + axis, 0),))


@composite(np.outer)
def _outer(a: Any, b: Any) -> Any:
    return contract("i,j->ij", [*map(np.ravel, operands("outer", a, b))])


@composite(np.vdot)
def _vdot(a: Any, b: Any) -> Any:
    a, b = map(np.ravel, operands("vdot", a, b))
    check_pair("vdot", a, 0, b, 0)
    return contract("i,i->", [np.conjugate(a), b])


@composite(np.tensordot)
def _tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    a, b = operands("tensordot", a, b)
    if isinstance(axes, (int, np.integer)):
        axes = range(np.ndim(a) - axes, np.ndim(a)), range(axes)
    pair = tuple(run("tensordot", itertools.islice, (axes, 3)))
    if len(pair) != 2:
        raise ArgumentError("tensordot: axes is a number, or the axes of the first and the second")
    ours = axes_of("tensordot", pair[0], np.ndim(a))
    theirs = axes_of("tensordot", pair[1], np.ndim(b))
    if len(ours) != len(theirs):
        raise ArgumentError(f"tensordot pairs {len(ours)} axes with {len(theirs)}")
    return _over("tensordot", a, ours, b, theirs)


def _over(name: str, a: Any, ours: Sequence[int], b: Any, theirs: Sequence[int]) -> Any:
    """Sum over pairs of axes; the others of `a`, then those of `b`, remain."""
    for one, other in zip(ours, theirs, strict=True):
        check_pair(name, a, one, b, other)
    left = LABELS[: np.ndim(a)]
    right = list(LABELS[np.ndim(a) : np.ndim(a) + np.ndim(b)])
    for one, other in zip(ours, theirs, strict=True):
        right[other] = left[one]
    kept = (label for label in (*left, *right) if not (label in left and label in right))
    return contract(f"{left},{''.join(right)}->{''.join(kept)}", [a, b])


def operands(name: str, *operands: Any) -> list[Any]:
    """The operands of the function `name` as Tensors, arrays and numbers."""
    return [as_operand(operand, name) for operand in operands]


def check_pair(name: str, x: Any, axis_x: int, y: Any, axis_y: int) -> None:
    """Unlike an einsum's, the axes of a product do not broadcast."""
    if x.shape[axis_x] != y.shape[axis_y]:
        raise OperandError(
            f"{name}: shapes {np.shape(x)} and {np.shape(y)} do not fit: axis {axis_x} of the "
            f"first has size {np.shape(x)[axis_x]}, and axis {axis_y} of the second "
            f"{np.shape(y)[axis_y]}"
        )
