"""Matrix products in pieces small enough for the BLAS to run each on the calling thread.

A BLAS shares a large product among threads of its own, which then spin on the cores that ours need.
Its number of threads belongs to the process, so changing it would change what others compute. But
OpenBLAS runs small products on one thread. One NumPy call does all pieces.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from einsum_grad.kernels.parallel.threads import in_blocks, is_within_block, parts_for_reading
from einsum_grad.lower import machine

Array = NDArray[Any]


def multiplied(left: Array, right: Array, out: Array | None = None) -> Any:
    """Return `left @ right`, written to `out` if that is given.

    Two threads share a large matrix times a vector; all else is done by the calling one.

    >>> multiplied(np.ones((2, 3)), np.arange(3.0))
    array([3., 3.])
    """
    if (left.ndim, right.ndim) == (1, 2):
        left, right = right.T, left
    if (left.ndim, right.ndim) == (2, 1) and not is_within_block():
        parts = parts_for_reading(left.nbytes)
        return _multiplied(left, right, out) if parts == 1 else _shared(left, right, out, parts)
    return _multiplied(left, right, out)


def _shared(matrix: Array, vector: Array, out: Array | None, parts: int) -> Array:
    """A matrix times a vector, in chunks of rows, or of columns where those are more."""
    rows, columns = matrix.shape
    if rows < columns:
        terms = in_blocks(lambda part: multiplied(matrix[:, part], vector[part]), columns, parts)
        return np.add.reduce(terms, dtype=matrix.dtype, out=out)
    target = np.empty(rows, matrix.dtype) if out is None else out
    in_blocks(lambda part: multiplied(matrix[part], vector, out=target[part]), rows, parts)
    return target


def _multiplied(left: Array, right: Array, out: Array | None) -> Any:
    """`left @ right`, by the calling thread alone."""
    rows = left[None] if left.ndim == 1 else left
    columns = right[:, None] if right.ndim == 1 else right
    sizes = _sizes(rows, columns)
    if sizes == (*rows.shape[-2:], columns.shape[-1]):
        return (np.dot if _is_dot(left, right, out) else np.matmul)(left, right, out=out)
    batch = np.broadcast_shapes(rows.shape[:-2], columns.shape[:-2])
    result = np.empty((*batch, *left.shape[-2:-1], *right.shape[1:][-1:]), left.dtype)
    target = result if out is None else out
    _multiply(rows, columns, target.reshape(*batch, rows.shape[-2], columns.shape[-1]), sizes)
    return result[()] if out is None else out


def _is_dot(left: Array, right: Array, out: Array | None) -> bool:
    """Whether np.dot may take a product: it always releases Python's lock.

    It copies arrays with gaps, or writes to none, and takes an array of one number for a factor, so
    that 0 times nan would be 0.
    """
    if max(left.ndim, right.ndim) > 2 or 1 in (left.size, right.size):
        return False
    if not (left.flags.forc and right.flags.forc):
        return False
    return out is None or out.flags.c_contiguous


def _sizes(left: Array, right: Array) -> tuple[int, int, int]:
    """The numbers of rows, of contracted indices and of columns of a piece."""
    (rows, count), columns = left.shape[-2:], right.shape[-1]
    limit = _limit(rows, columns, left.dtype.kind)
    if rows * count * columns <= limit:
        return rows, count, columns
    batch = max(math.prod(left.shape[:-2]), math.prod(right.shape[:-2]))
    count = max(1, count // -(-machine.UNLOCKED // (batch * rows * columns)))
    while rows * count * columns > limit:
        if rows == columns == 1 or count > machine.BLAS_LONG_PIECE * max(rows, columns):
            count = -(-count // 2)
        elif rows >= columns:
            rows = -(-rows // 2)
        else:
            columns = -(-columns // 2)
    return rows, count, columns


def _limit(rows: int, columns: int, kind: str) -> float:
    """The multiplications that OpenBLAS runs on one thread; of complex numbers less than a quarter.

    A complex matrix times a vector it shares as soon as two vectors.
    """
    if kind not in "fc":
        return math.inf
    is_dot = rows == columns == 1 or (kind == "c" and 1 in (rows, columns))
    limit = machine.BLAS_ONE_THREAD_DOT if is_dot else machine.BLAS_ONE_THREAD
    return limit if kind == "f" else limit // 4 - 1


def _multiply(left: Array, right: Array, out: Array, sizes: tuple[int, int, int]) -> None:
    """Write a product to `out`: full pieces by one call, the remainder of each axis by others."""
    rows, count, columns = sizes
    (m, k), n = left.shape[-2:], right.shape[-1]
    if m % rows:
        whole = m - m % rows
        _multiply(left[..., :whole, :], right, out[..., :whole, :], sizes)
        multiplied(left[..., whole:, :], right, out[..., whole:, :])
    elif n % columns:
        whole = n - n % columns
        _multiply(left, right[..., :whole], out[..., :whole], sizes)
        multiplied(left, right[..., whole:], out[..., whole:])
    elif k % count:
        whole = k - k % count
        _multiply(left[..., :whole], right[..., :whole, :], out, sizes)
        out += multiplied(left[..., whole:], right[..., whole:, :])
    else:
        _multiply_pieces(left, right, out, sizes)


def _multiply_pieces(left: Array, right: Array, out: Array, sizes: tuple[int, int, int]) -> None:
    rows, count, columns = sizes
    (m, k), n = left.shape[-2:], right.shape[-1]
    a = left.reshape(*left.shape[:-2], m // rows, rows, k // count, count)
    b = right.reshape(*right.shape[:-2], k // count, count, n // columns, columns)
    c = out.reshape(*out.shape[:-2], m // rows, rows, n // columns, columns).swapaxes(-3, -2)
    # Axes: the batch, pieces along rows, columns and the contracted axis, then a piece's own two.
    a = a.swapaxes(-3, -2)[..., None, :, :, :]
    b = b.swapaxes(-3, -2).swapaxes(-4, -3)[..., None, :, :, :, :]
    if k == count:
        np.matmul(a[..., 0, :, :], b[..., 0, :, :], out=c)
    else:
        np.add.reduce(np.matmul(a, b), axis=-3, out=c)
