"""Functions that NumPy lacks. They take and return arrays or Tensors."""

from __future__ import annotations

from typing import Any, Literal, overload

import numpy as np

from einsum_grad.autograd.primitives.registration import define
from einsum_grad.autograd.rules.reductions.extrema import spread
from einsum_grad.autograd.tape.nodes import Array
from einsum_grad.autograd.tape.ownership import look
from einsum_grad.autograd.tensor.tensor import Tensor
from einsum_grad.runtime.operands.typed import Operand


@overload
def sigmoid(x: Tensor) -> Tensor: ...
@overload
def sigmoid(x: Operand) -> Array: ...
def sigmoid(x: Any) -> Any:
    """The logistic function 1 / (1 + exp(-x)) of each element; it never overflows.

    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    return _SIGMOID(x)


@overload
def relu(x: Tensor) -> Tensor: ...
@overload
def relu(x: Operand) -> Array: ...
def relu(x: Any) -> Any:
    """Each element, or 0 if it is negative; the derivative at 0 is 0.

    >>> relu(np.array([-2.0, 3.0]))
    array([0., 3.])
    """
    return _RELU(x)


@overload
def softplus(x: Tensor) -> Tensor: ...
@overload
def softplus(x: Operand) -> Array: ...
def softplus(x: Any) -> Any:
    """The smooth relu log(1 + exp(x)) of each element; it never overflows.

    >>> softplus(np.array([-1000.0, 1000.0]))
    array([   0., 1000.])
    """
    return _SOFTPLUS(x)


@overload
def logsumexp(
    a: Tensor,
    axis: Any = ...,
    b: Any = ...,
    keepdims: bool = ...,
    return_sign: Literal[False] = ...,
) -> Tensor: ...
@overload
def logsumexp(
    a: Operand,
    axis: Any = ...,
    b: Any = ...,
    keepdims: bool = ...,
    return_sign: Literal[False] = ...,
) -> Array: ...
@overload
def logsumexp(
    a: Any, axis: Any = ..., b: Any = ..., keepdims: bool = ..., *, return_sign: bool
) -> Any: ...
def logsumexp(
    a: Any, axis: Any = None, b: Any = None, keepdims: bool = False, return_sign: bool = False
) -> Any:
    """The logarithm of the sum of exponentials over `axis`, each times `b`; it never overflows.

    As scipy.special.logsumexp: where the sum is negative, the logarithm is nan; with `return_sign`
    it is that of the sum's size, and the result a pair of it and the sign, which is constant.

    >>> logsumexp(np.array([[1000.0, 1000.0], [0.0, -np.inf]]), axis=1).round(3)
    array([1000.693,    0.   ])
    >>> value, sign = logsumexp(np.array([1.0, 2.0]), b=np.array([1.0, -1.0]), return_sign=True)
    >>> round(float(sign * np.exp(value)), 3)
    -4.671
    """
    if b is None:
        out = _LOGSUMEXP(a, axis=axis, keepdims=keepdims)
        return (out, np.ones_like(out)) if return_sign else out
    with np.errstate(all="ignore"):
        sign = np.sign(_weighted_sum(look(a), look(b), axis)[0])
    out = _WEIGHTED(a, b, axis=axis, sign=sign)
    out, sign = (x if keepdims else np.squeeze(x, axis) for x in (out, sign))
    return (out, sign) if return_sign else np.where(sign < 0, np.nan, out)


@overload
def softmax(a: Tensor, axis: Any = -1) -> Tensor: ...
@overload
def softmax(a: Operand, axis: Any = -1) -> Array: ...
def softmax(a: Any, axis: Any = -1) -> Any:
    """The exponentials, divided by their sum over `axis`; it never overflows.

    >>> softmax(np.array([1000.0, 1000.0]))
    array([0.5, 0.5])
    """
    return _SOFTMAX(a, axis=axis)


def log_softmax(a: Any, axis: Any = -1) -> Any:
    """The logarithm of `softmax`, exact where that is 0.

    >>> log_softmax(np.array([1000.0, 0.0]))
    array([    0., -1000.])
    """
    return _LOG_SOFTMAX(a, axis=axis)


def _sigmoid(x: Any) -> Any:
    # Whichever of exp(x) and exp(-x) can't overflow; tanh would lose small values.
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, small) / (1 + small)


def _relu(x: Any) -> Any:
    return np.maximum(x, 0)


def _softplus(x: Any) -> Any:
    return np.logaddexp(x, 0)


def _logsumexp(a: Any, axis: Any, keepdims: bool) -> Any:
    a, dtype = _widened(a)
    peak = np.max(a, axis=axis, keepdims=True, initial=-np.inf)
    peak = np.where(np.isfinite(peak), peak, 0)
    total = np.sum(np.exp(a - peak), axis=axis, keepdims=True)
    with np.errstate(divide="ignore"):  # the logarithm of an empty sum is minus infinity
        out = np.log(total) + peak
    return (out if keepdims else np.squeeze(out, axis)).astype(dtype)


def _softmax(a: Any, axis: Any) -> Any:
    a, dtype = _widened(a)
    powers = np.exp(a - np.max(a, axis=axis, keepdims=True, initial=-np.inf))
    return (powers / np.sum(powers, axis=axis, keepdims=True)).astype(dtype)


def _weighted_sum(a: Any, b: Any, axis: Any) -> tuple[Any, Any, Any]:
    """The sum without the factor exp(peak), the peak, and the dtype of the result."""
    a, dtype = _widened(a)
    a, b = np.broadcast_arrays(a, b)
    peak = np.max(a, axis=axis, keepdims=True, initial=-np.inf, where=b != 0)
    peak = np.where(np.isfinite(peak), peak, 0)
    terms = np.where(b == 0, 0, b * np.exp(np.where(b == 0, peak, a) - peak))
    return np.sum(terms, axis=axis, keepdims=True), peak, np.result_type(dtype, b)


def _weighted(a: Any, b: Any, axis: Any, sign: Any) -> Any:
    total, peak, dtype = _weighted_sum(a, b, axis)
    with np.errstate(divide="ignore"):  # the logarithm of an empty sum is minus infinity
        return (np.log(np.abs(total)) + peak).astype(dtype)


def _log_softmax(a: Any, axis: Any) -> Any:
    a, dtype = _widened(a)
    peak = np.max(a, axis=axis, keepdims=True, initial=-np.inf)
    shifted = a - np.where(np.isfinite(peak), peak, 0)
    with np.errstate(divide="ignore"):
        total = np.log(np.sum(np.exp(shifted), axis=axis, keepdims=True))
    return (shifted - total).astype(dtype)


def _widened(a: Any) -> tuple[Any, Any]:
    """The array in a dtype wide enough to sum in, and the dtype of the result."""
    a = np.asarray(a)
    return a.astype(np.result_type(a, np.float32), copy=False), np.result_type(a, np.float16)


def _logsumexp_rule(g: Any, a: Any, out: Any, axis: Any, keepdims: bool) -> Any:
    out = spread(out, axis, keepdims)
    return spread(g, axis, keepdims) * np.exp(a - np.where(out == -np.inf, 0, out))


def _softmax_rule(g: Any, out: Any, axis: Any) -> Any:
    return out * (g - np.sum(g * out, axis=axis, keepdims=True))


def _part(a: Any, out: Any, sign: Any) -> Any:
    """The derivatives of the sum of exponentials, over the sum."""
    return sign * np.exp(a - np.where(out == -np.inf, 0, out))


def _log_softmax_rule(g: Any, out: Any, axis: Any) -> Any:
    return g - np.exp(out) * np.sum(g, axis=axis, keepdims=True)


_SIGMOID = define(_sigmoid, {"x": lambda g, out: g * (out * (1 - out))}, ordered=True)
_RELU = define(_relu, {"x": lambda g, out: np.where(out > 0, g, 0)}, ordered=True)
_SOFTPLUS = define(_softplus, {"x": lambda g, x: g * sigmoid(x)}, ordered=True)
_LOGSUMEXP = define(_logsumexp, {"a": _logsumexp_rule}, ordered=True)
_SOFTMAX = define(_softmax, {"a": _softmax_rule}, ordered=True)
_WEIGHTED = define(
    _weighted,
    {
        "a": lambda g, a, b, out, sign: g * (b * _part(a, out, sign)),
        "b": lambda g, a, out, sign: g * _part(a, out, sign),
    },
    ordered=True,
)
_LOG_SOFTMAX = define(_log_softmax, {"a": _log_softmax_rule}, ordered=True)
