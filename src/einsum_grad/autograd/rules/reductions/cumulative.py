"""Sums and products that run along an axis, and products over axes.

A product with a factor 0 has a gradient like any other: no rule divides by a factor.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from einsum_grad.autograd.dispatch.casting import cast
from einsum_grad.autograd.primitives.registration import define
from einsum_grad.autograd.rules.composite import composite
from einsum_grad.autograd.rules.elementwise.primitives import conj
from einsum_grad.autograd.rules.reductions.axes import last
from einsum_grad.errors import ArgumentError


def _running(a: Any, axis: int) -> Any:
    return np.cumsum(a, axis)


def _product(a: Any) -> Any:
    return np.prod(a, axis=-1)


def _others(a: Any) -> Any:
    """The product of all elements of the last axis but one, for each."""
    before, after = (np.cumprod(x, -1)[..., :-1] for x in (a, a[..., ::-1]))
    one = np.ones_like(a[..., :1])
    return _joined(one, before) * _joined(after[..., ::-1], one)


def _joined(*parts: Any) -> Any:
    return np.concatenate(parts, axis=-1)


RUNNING = define(_running, {"a": lambda g, axis: np.flip(np.cumsum(np.flip(g, axis), axis), axis)})
PRODUCT = define(_product, {"a": lambda g, a: g[..., None] * conj(_others(a))})


@composite(np.cumsum)
def _cumsum(a: Any, axis: Any = None, dtype: Any = None) -> Any:
    a = cast("cumsum", a, dtype, "unsafe")
    return RUNNING(np.ravel(a), 0) if axis is None else RUNNING(a, axis)


@composite(np.cumprod)
def _cumprod(a: Any, axis: Any = None, dtype: Any = None) -> Any:
    """In passes that double how many factors each product has."""
    a = cast("cumprod", a, dtype, "unsafe")
    products = np.ravel(a) if axis is None else np.moveaxis(a, axis, -1)
    done = 1
    while done < products.shape[-1]:
        longer = products[..., done:] * products[..., :-done]
        products, done = _joined(products[..., :done], longer), 2 * done
    return products if axis is None else np.moveaxis(products, -1, axis)


@composite(np.prod)
def _prod(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    keepdims: bool = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    taken = a if where is True else np.where(where, a, 1)
    flat, restored = last("prod", cast("prod", taken, dtype, "unsafe"), axis, keepdims)
    out = restored(PRODUCT(flat))
    return out if initial is None else out * initial


@composite(np.nancumsum)
def _nancumsum(a: Any, axis: Any = None, dtype: Any = None) -> Any:
    return np.cumsum(np.where(np.isnan(a), 0, a), axis, dtype)


@composite(np.nancumprod)
def _nancumprod(a: Any, axis: Any = None, dtype: Any = None) -> Any:
    return np.cumprod(np.where(np.isnan(a), 1, a), axis, dtype)


@composite(np.nanprod)
def _nanprod(
    a: Any, axis: Any = None, dtype: Any = None, keepdims: bool = False, **more: Any
) -> Any:
    return np.prod(np.where(np.isnan(a), 1, a), axis, dtype, keepdims=keepdims, **more)


@composite(np.cumulative_sum)
def _cumulative_sum(
    x: Any, /, *, axis: Any = None, dtype: Any = None, include_initial: bool = False
) -> Any:
    return _from_start(np.cumsum, 0, x, axis, dtype, include_initial)


@composite(np.cumulative_prod)
def _cumulative_prod(
    x: Any, /, *, axis: Any = None, dtype: Any = None, include_initial: bool = False
) -> Any:
    return _from_start(np.cumprod, 1, x, axis, dtype, include_initial)


def _from_start(
    function: Any, start: int, x: Any, axis: Any, dtype: Any, include_initial: bool
) -> Any:
    if axis is None and np.ndim(x) > 1:
        raise ArgumentError("a cumulative sum or product over several axes: give the axis")
    axis = 0 if axis is None else axis
    out = function(x, axis, dtype)
    return np.insert(out, 0, start, axis) if include_initial else out
