"""Norms of vectors and matrices.

Where a vector is 0, the gradient of its norm is 0 (as in torch), if the order is 1 or more. Extrema
that are equal share the cotangent, as those of `np.max` do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from einsum_grad.autograd.primitives.registration import define
from einsum_grad.autograd.rules.composite import composite
from einsum_grad.autograd.rules.contractions.linear import axes_of
from einsum_grad.autograd.rules.reductions.extrema import spread
from einsum_grad.autograd.tape.ownership import look
from einsum_grad.autograd.tape.refusals import run
from einsum_grad.autograd.tensor.tensor import Tensor


def _of_order(x: Any, axes: Any, keepdims: bool, order: float) -> Any:
    if order == 2 and len(axes) == np.ndim(x):
        return np.linalg.norm(x, None, None, keepdims)
    return np.linalg.vector_norm(x, axis=axes, keepdims=keepdims, ord=order)


def _of_order_rule(g: Any, x: Any, out: Any, axes: Any, keepdims: bool, order: float) -> Any:
    g, out = spread(g, axes, keepdims), spread(out, axes, keepdims)
    out = np.where(out == 0, 1, out)
    if order == 2:
        return g * (x / out)
    size = np.abs(x)
    return g * (x / np.where(size == 0, 1, size)) * (size / out) ** (order - 1)


OF_ORDER = define(_of_order, {"x": _of_order_rule})


@composite(np.linalg.norm)
def _norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    axes = axes_of("norm", axis, x.ndim)
    if ord is None or (len(axes) == 2 and ord in ("fro", "f")):
        return OF_ORDER(x, axes, keepdims, 2)
    if len(axes) == 1 and not isinstance(ord, str):
        return np.linalg.vector_norm(x, axis=axes, keepdims=keepdims, ord=ord)
    if len(axes) == 2 and ord in MATRIX_NORMS:
        out = MATRIX_NORMS[ord](np.moveaxis(x, axes, (-2, -1)))
        return np.expand_dims(out, axes) if keepdims else out
    return run("norm", np.linalg.norm, (look(x), ord, axis, keepdims))


@composite(np.linalg.vector_norm)
def _vector_norm(
    x: Any,
    /,
    *,
    axis: Any = None,
    keepdims: bool = False,
    ord: Any = 2,
) -> Any:
    axes = axes_of("vector_norm", axis, x.ndim)
    if ord in EXTREME:
        return EXTREME[ord](np.abs(x), axis=axes, keepdims=keepdims)
    if ord == 0 or isinstance(ord, str):
        plain = {"axis": axis, "keepdims": keepdims, "ord": ord}
        return Tensor(run("vector_norm", np.linalg.vector_norm, (look(x),), plain))
    return OF_ORDER(x, axes, keepdims, 2 if ord is None else ord)


@composite(np.linalg.matrix_norm)
def _matrix_norm(x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> Any:
    return np.linalg.norm(x, ord, (-2, -1), keepdims)


@composite(np.linalg.cond)
def _cond(x: Any, p: Any = None) -> Any:
    if p in (None, 2, -2):
        values = np.linalg.svdvals(x)
        largest, smallest = values[..., 0], values[..., -1]
        return smallest / largest if p == -2 else largest / smallest
    one, other = (np.linalg.norm(m, p, (-2, -1)) for m in (x, np.linalg.inv(x)))
    return one * other


@composite(np.linalg.matrix_rank)
def _matrix_rank(A: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N803 - NumPy's name
    return run("matrix_rank", np.linalg.matrix_rank, (look(A), *args), kwargs)


EXTREME: Mapping[float, Callable[..., Any]] = {np.inf: np.max, -np.inf: np.min}

MATRIX_NORMS: Mapping[Any, Callable[[Any], Any]] = {
    "nuc": lambda x: np.sum(np.linalg.svdvals(x), axis=-1),
    2: lambda x: np.max(np.linalg.svdvals(x), axis=-1),
    -2: lambda x: np.min(np.linalg.svdvals(x), axis=-1),
    1: lambda x: np.max(np.sum(np.abs(x), axis=-2), axis=-1),
    -1: lambda x: np.min(np.sum(np.abs(x), axis=-2), axis=-1),
    np.inf: lambda x: np.max(np.sum(np.abs(x), axis=-1), axis=-1),
    -np.inf: lambda x: np.min(np.sum(np.abs(x), axis=-1), axis=-1),
}
"""By its order, the norm of a matrix, which is the last two axes."""
