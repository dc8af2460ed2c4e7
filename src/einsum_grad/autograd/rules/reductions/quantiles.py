"""Sorting, and what stands at a place in sorted order: medians, quantiles, percentiles.

Of equal elements the gradient goes to those that NumPy's order puts there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from einsum_grad.autograd.rules.composite import composite
from einsum_grad.autograd.rules.reductions.axes import last
from einsum_grad.autograd.tape.ownership import look
from einsum_grad.autograd.tape.refusals import run
from einsum_grad.errors import ArgumentError, DTypeError

PLACES: Mapping[str, Callable[[Any, Any], Any]] = {
    "linear": lambda q, n: q * (n - 1),
    "lower": lambda q, n: np.floor(q * (n - 1)),
    "higher": lambda q, n: np.ceil(q * (n - 1)),
    "nearest": lambda q, n: np.rint(q * (n - 1)),
    "midpoint": lambda q, n: (np.floor(q * (n - 1)) + np.ceil(q * (n - 1))) / 2,
    "interpolated_inverted_cdf": lambda q, n: q * n - 1,
    "hazen": lambda q, n: q * n - 1 / 2,
    "weibull": lambda q, n: q * (n + 1) - 1,
    "median_unbiased": lambda q, n: q * (n + 1 / 3) - 2 / 3,
    "normal_unbiased": lambda q, n: q * (n + 1 / 4) - 5 / 8,
}
"""The place of a quantile among n sorted numbers, counted from 0, by NumPy's method."""

ELEMENTS = frozenset({"lower", "higher", "nearest"})
"""The methods whose quantiles are elements, in their dtype."""


@composite(np.sort)
def _sort(
    a: Any, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None
) -> Any:
    if axis is None:
        a, axis = np.ravel(a), -1
    places = np.argsort(a, axis, kind, order, stable=stable)
    return np.take_along_axis(a, places, axis)


@composite(np.partition)
def _partition(
    a: Any, kth: Any, axis: Any = -1, kind: Any = "introselect", order: Any = None
) -> Any:
    if axis is None:
        a, axis = np.ravel(a), -1
    return np.take_along_axis(a, np.argpartition(a, kth, axis, kind, order), axis)


@composite(np.quantile)
def _quantile(
    a: Any,
    q: Any,
    axis: Any = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: bool = False,
) -> Any:
    return _at("quantile", _real(a), q, axis, method, keepdims, with_nan=False)


@composite(np.nanquantile)
def _nanquantile(
    a: Any,
    q: Any,
    axis: Any = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: bool = False,
) -> Any:
    return _at("nanquantile", _real(a), q, axis, method, keepdims, with_nan=True)


def _percentiles(function: Callable[..., Any]) -> Callable[..., Any]:
    def percentile(a: Any, q: Any, *args: Any, **kwargs: Any) -> Any:
        return function(a, np.divide(q, 100), *args, **kwargs)

    return percentile


composite(np.percentile)(_percentiles(_quantile))
composite(np.nanpercentile)(_percentiles(_nanquantile))


@composite(np.median)
def _median(a: Any, axis: Any = None, overwrite_input: bool = False, keepdims: bool = False) -> Any:
    return _at("median", a, 0.5, axis, "linear", keepdims, with_nan=False)


@composite(np.nanmedian)
def _nanmedian(
    a: Any, axis: Any = None, overwrite_input: bool = False, keepdims: bool = False
) -> Any:
    return _at("nanmedian", a, 0.5, axis, "linear", keepdims, with_nan=True)


def _real(a: Any) -> Any:
    if np.iscomplexobj(a):
        raise DTypeError("quantiles of complex numbers, which have no order")
    return a


def _at(name: str, a: Any, q: Any, axis: Any, method: str, keepdims: bool, with_nan: bool) -> Any:
    """Between the two elements beside the place that `method` gives each of the quantiles `q`."""
    if method not in PLACES:
        raise ArgumentError(f"{name}: method {method!r} is none of {', '.join(PLACES)}")
    if not run("quantile", bool, (np.all((look(q) >= np.array(0)) & (look(q) <= np.array(1))),)):
        raise ArgumentError(f"{name}: a quantile is between 0 and 1, and a percentile up to 100")
    flat, restored = last(name, a, axis, keepdims)
    if flat.shape[-1] == 0:  # of nothing they are nan
        flat = np.pad(flat, [*[(0, 0)] * (flat.ndim - 1), (0, 1)], constant_values=np.nan)
    ordered = np.sort(flat)
    length = flat.shape[-1]
    n = np.sum(~np.isnan(flat), -1, keepdims=True) if with_nan else length
    place = np.clip(PLACES[method](np.ravel(q), n), 0, np.maximum(n, 1) - 1)
    place = np.broadcast_to(place, (*flat.shape[:-1], np.size(q)))
    out = _between(ordered, place, isinstance(q, (int, float)) or method in ELEMENTS)
    if not with_nan:
        greatest = ordered[..., -1:]  # nan, if one is there
        out = np.where(np.isnan(greatest), greatest, out)
    shape = restored(np.empty(flat.shape[:-1])).shape
    return np.reshape(np.moveaxis(out, -1, 0), (*np.shape(q), *shape))


def _between(ordered: Any, place: Any, narrow: bool) -> Any:
    below = np.floor(place)
    share = place - below
    if narrow:  # neither a Python number nor a place without a share widens the dtype
        share = share.astype(ordered.dtype)
    low, high = (
        np.take_along_axis(ordered, run("sort", np.asarray, (look(where),)).astype(int), -1)
        for where in (below, np.ceil(place))
    )
    return low + (high - low) * share
