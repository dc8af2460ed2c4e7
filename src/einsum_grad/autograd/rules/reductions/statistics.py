"""Moments: variances, weighted means, covariances, and sums that pass over nan.

A standard deviation of 0 has the gradient 0, as `abs` has at 0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from einsum_grad.autograd.dispatch.casting import cast
from einsum_grad.autograd.primitives.registration import define
from einsum_grad.autograd.rules.composite import composite
from einsum_grad.autograd.rules.contractions.linear import axes_of, count
from einsum_grad.autograd.rules.reductions.extrema import spread
from einsum_grad.autograd.tape.ownership import look
from einsum_grad.autograd.tape.refusals import run
from einsum_grad.errors import ArgumentError, OperandError


def _moment(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function without the keywords that are read before."""

    def reduced(a: Any, axis: Any, ddof: Any, keepdims: bool, where: Any) -> Any:
        given = {} if where is True else {"where": where}
        return function(a, axis=axis, ddof=ddof, keepdims=keepdims, **given)

    reduced.__name__ = function.__name__
    return reduced


def _var_rule(g: Any, a: Any, axis: Any, ddof: Any, keepdims: bool, where: Any) -> Any:
    freedom = np.maximum(count(np.shape(a), axis, True, where) - ddof, 0)
    scale = (2 * spread(g, axis, keepdims) / freedom).astype(g.dtype)
    if where is True:
        return scale * (a - np.mean(a, axis, keepdims=True))
    return scale * np.where(where, a - np.mean(a, axis, keepdims=True, where=where), 0)


def _std_rule(g: Any, a: Any, out: Any, axis: Any, ddof: Any, keepdims: bool, where: Any) -> Any:
    halved = np.where(out == 0, 0, g / np.where(out == 0, 1, 2 * out))
    return _var_rule(halved, a, axis, ddof, keepdims, where)


VAR = define(_moment(np.var), {"a": _var_rule})
STD = define(_moment(np.std), {"a": _std_rule})


def _read(primitive: Any, name: str) -> Callable[..., Any]:
    def read(
        a: Any,
        axis: Any = None,
        dtype: Any = None,
        ddof: Any = 0,
        keepdims: bool = False,
        *,
        where: Any = True,
        correction: Any = None,
    ) -> Any:
        if ddof != 0 and correction is not None:
            raise ArgumentError(f"{name}: ddof and correction are one thing")
        ddof = ddof if correction is None else correction
        # An integer becomes a float32 too; a complex number without its half has no moment.
        casting = (
            "unsafe" if np.can_cast(np.result_type(a), np.float64, "same_kind") else "same_kind"
        )
        out = primitive(cast(name, a, dtype, casting), axis, ddof, keepdims, look(where))
        return out if dtype is None else cast(name, out, np.result_type(out.dtype, dtype))

    return read


composite(np.var)(_read(VAR, "var"))
composite(np.std)(_read(STD, "std"))


@composite(np.average)
def _average(
    a: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: bool = False
) -> Any:
    if weights is None:
        out = np.mean(a, axis, keepdims=keepdims)
        size = count(np.shape(a), axis, keepdims, True)
        return (out, np.full_like(look(out), size)) if returned else out
    factors = np.broadcast_to(_along("average", weights, np.shape(a), axis), np.shape(a))
    total = np.sum(factors, axis, keepdims=keepdims)
    if weights is not None and run("average", bool, (np.any(total == 0),)):
        raise OperandError("average: the weights add up to 0")
    out = np.sum(a * factors, axis, keepdims=keepdims) / total
    return (out, total) if returned else out


def _along(name: str, weights: Any, shape: tuple[int, ...], axis: Any) -> Any:
    """The weights, for the axes alone or for all elements, in a shape that broadcasts."""
    if np.shape(weights) == shape:
        return weights
    axes = axes_of(name, axis, len(shape))
    if axis is None or np.shape(weights) != tuple(shape[n] for n in axes):
        raise OperandError(
            f"{name}: weights of shape {np.shape(weights)} for axis {axis} of shape {shape}"
        )
    ordered = np.transpose(weights, np.argsort(axes))
    return np.reshape(ordered, [size if n in axes else 1 for n, size in enumerate(shape)])


@composite(np.cov)
def _cov(m: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: Any = None) -> Any:
    parts = [np.atleast_2d(part) for part in (m, y) if part is not None]
    # A single vector is one variable, however it is turned.
    rows = [part if rowvar or np.shape(part)[0] == 1 else np.transpose(part) for part in parts]
    x = np.concatenate(rows)
    freedom = x.shape[1] - ((0 if bias else 1) if ddof is None else ddof)
    centred = x - np.mean(x, axis=1, keepdims=True)
    return np.squeeze(centred @ np.conjugate(centred).T / np.float64(max(freedom, 0)))


@composite(np.corrcoef)
def _corrcoef(x: Any, y: Any = None, rowvar: bool = True) -> Any:
    covariance = np.cov(x, y, rowvar)
    if np.ndim(covariance) == 0:
        return covariance / covariance
    deviations = np.sqrt(np.real(np.diagonal(covariance)))
    return covariance / deviations[:, None] / deviations


@composite(np.nansum)
def _nansum(
    a: Any, axis: Any = None, dtype: Any = None, keepdims: bool = False, **more: Any
) -> Any:
    return np.sum(np.where(np.isnan(a), 0, a), axis, dtype, keepdims=keepdims, **more)


def _of_numbers(function: Callable[..., Any]) -> Callable[..., Any]:
    def counted(a: Any, *args: Any, where: Any = True, **kwargs: Any) -> Any:
        return function(a, *args, where=np.logical_and(~np.isnan(a), look(where)), **kwargs)

    return counted


for with_nan, function in ((np.nanmean, np.mean), (np.nanvar, np.var), (np.nanstd, np.std)):
    composite(with_nan)(_of_numbers(function))
