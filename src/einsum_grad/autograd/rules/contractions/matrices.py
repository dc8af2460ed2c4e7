"""Diagonals and triangles, and products of matrices and vectors."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from einsum_grad.autograd.rules.composite import composite
from einsum_grad.autograd.rules.contractions.contract import contract
from einsum_grad.autograd.rules.contractions.products import check_pair, operands
from einsum_grad.autograd.tape.fit import LABELS
from einsum_grad.errors import OperandError


@composite(np.diag)
def _diag(v: Any, k: int = 0) -> Any:
    if np.ndim(v) == 2:
        return np.diagonal(v, k)
    if np.ndim(v) != 1:
        raise OperandError(f"diag: an array of 1 or 2 axes, and not {np.ndim(v)}")
    above, below = max(k, 0), max(-k, 0)
    return np.pad(contract("i->ii", [v]), ((below, above), (above, below)))


@composite(np.diagflat)
def _diagflat(v: Any, k: int = 0) -> Any:
    return np.diag(np.ravel(v), k)


def _below(m: Any, k: int) -> Any:
    """Where the lower triangle of the last two axes is."""
    rows, columns = np.shape(m)[-2:] if np.ndim(m) > 1 else np.shape(m) * 2
    return np.tri(rows, columns, k, bool)


@composite(np.tril)
def _tril(m: Any, k: int = 0) -> Any:
    return np.where(_below(m, k), m, 0)


@composite(np.triu)
def _triu(m: Any, k: int = 0) -> Any:
    return np.where(_below(m, k - 1), 0, m)


@composite(np.vander)
def _vander(x: Any, N: Any = None, increasing: bool = False) -> Any:  # noqa: N803 - NumPy's name
    powers = np.arange(len(x) if N is None else N)
    return x[:, None] ** (powers if increasing else powers[::-1])


@composite(np.matrix_transpose, np.linalg.matrix_transpose)
def _matrix_transpose(x: Any, /) -> Any:
    return np.swapaxes(x, -1, -2)


@composite(np.linalg.diagonal)
def _diagonal(x: Any, /, *, offset: int = 0) -> Any:
    return np.diagonal(x, offset, -2, -1)


@composite(np.linalg.trace)
def _trace(x: Any, /, *, offset: int = 0, dtype: Any = None) -> Any:
    return np.trace(x, offset, -2, -1, dtype)


@composite(np.kron)
def _kron(a: Any, b: Any) -> Any:
    a, b = operands("kron", a, b)
    rank = max(np.ndim(a), np.ndim(b))
    a, b = (np.reshape(x, (1,) * (rank - np.ndim(x)) + np.shape(x)) for x in (a, b))
    left, right = LABELS[:rank], LABELS[rank : 2 * rank]
    both = "".join(map("".join, zip(left, right, strict=True)))
    sizes = [n * m for n, m in zip(np.shape(a), np.shape(b), strict=True)]
    return np.reshape(contract(f"{left},{right}->{both}", [a, b]), sizes)


@composite(np.cross)
def _cross(
    a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: Any = None
) -> Any:
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = operands("cross", a, b)
    a, b = np.moveaxis(a, axisa, -1), np.moveaxis(b, axisb, -1)
    if np.shape(a)[-1] != 3 or np.shape(b)[-1] != 3:
        raise OperandError("cross: vectors of 3 numbers; of 2, write a[0] * b[1] - a[1] * b[0]")
    (a1, a2), (b1, b2) = ((np.roll(x, -1, -1), np.roll(x, -2, -1)) for x in (a, b))
    return np.moveaxis(a1 * b2 - a2 * b1, -1, axisc)


@composite(np.linalg.cross)
def _linalg_cross(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    return np.cross(x1, x2, axis=axis)


@composite(np.vecdot, np.linalg.vecdot)
def _vecdot(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    x1, x2 = (np.moveaxis(x, axis, -1) for x in operands("vecdot", x1, x2))
    check_pair("vecdot", x1, -1, x2, -1)
    return contract("...i,...i->...", [np.conjugate(x1), x2])


@composite(np.matvec)
def _matvec(x1: Any, x2: Any, /) -> Any:
    x1, x2 = operands("matvec", x1, x2)
    check_pair("matvec", x1, -1, x2, -1)
    return contract("...ij,...j->...i", [x1, x2])


@composite(np.vecmat)
def _vecmat(x1: Any, x2: Any, /) -> Any:
    x1, x2 = operands("vecmat", x1, x2)
    check_pair("vecmat", x1, -1, x2, -2)
    return contract("...j,...jk->...k", [np.conjugate(x1), x2])


@composite(np.linalg.matmul)
def _matmul(x1: Any, x2: Any, /) -> Any:
    return np.matmul(x1, x2)


@composite(np.linalg.outer)
def _outer(x1: Any, x2: Any, /) -> Any:
    if np.ndim(x1) != 1 or np.ndim(x2) != 1:
        raise OperandError("outer: linalg.outer takes two vectors; np.outer flattens any arrays")
    return np.outer(x1, x2)


@composite(np.linalg.tensordot)
def _tensordot(x1: Any, x2: Any, /, *, axes: Any = 2) -> Any:
    return np.tensordot(x1, x2, axes)


@composite(np.linalg.multi_dot)
def _multi_dot(arrays: Sequence[Any]) -> Any:
    """One einsum, which finds the cheapest order by itself."""
    factors = operands("multi_dot", *arrays)
    ranks = [*map(np.ndim, factors)]
    if len(factors) < 2 or set(ranks[1:-1]) > {2} or not {*ranks} <= {1, 2}:
        raise OperandError("multi_dot: two or more matrices; the first and the last may be vectors")
    for one, other in itertools.pairwise(factors):
        check_pair("multi_dot", one, -1, other, 0)
    links = [LABELS[n : n + 2] for n in range(len(factors))]
    links[0] = links[0][-ranks[0] :]
    links[-1] = links[-1][: ranks[-1]]
    ends = (LABELS[0] if ranks[0] == 2 else "") + (LABELS[len(factors)] if ranks[-1] == 2 else "")
    return contract(f"{','.join(links)}->{ends}", factors)
