"""Extrema that pass over nan, and the distance between the extrema."""

from __future__ import annotations

from typing import Any

import numpy as np

from einsum_grad.autograd.primitives.registration import define
from einsum_grad.autograd.rules.composite import composite
from einsum_grad.autograd.rules.elementwise.primitives import shared


def _or_nan(beaten: Any, x: Any) -> Any:
    return np.logical_or(beaten, np.isnan(x))


define(
    np.fmax,
    {
        "x": lambda g, x, y: shared(g, x == y, _or_nan(x < y, x)),
        "y": lambda g, x, y: shared(g, x == y, _or_nan(y < x, y)),
    },
    ordered=True,
)
define(
    np.fmin,
    {
        "x": lambda g, x, y: shared(g, x == y, _or_nan(x > y, x)),
        "y": lambda g, x, y: shared(g, x == y, _or_nan(y > x, y)),
    },
    ordered=True,
)


@composite(np.ptp)
def _ptp(a: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return np.max(a, axis, keepdims=keepdims) - np.min(a, axis, keepdims=keepdims)


@composite(np.nanmax)
def _nanmax(
    a: Any, axis: Any = None, keepdims: bool = False, initial: Any = None, where: Any = True
) -> Any:
    return _of_numbers(np.max, -np.inf, a, axis, keepdims, initial, where)


@composite(np.nanmin)
def _nanmin(
    a: Any, axis: Any = None, keepdims: bool = False, initial: Any = None, where: Any = True
) -> Any:
    return _of_numbers(np.min, np.inf, a, axis, keepdims, initial, where)


def _of_numbers(
    function: Any, least: float, a: Any, axis: Any, keepdims: bool, initial: Any, where: Any
) -> Any:
    """The extremum of what is no nan; nan where nothing is left."""
    if initial is None and 0 in np.shape(a):
        return function(a, axis=axis, keepdims=keepdims)  # which refuses what has no extremum
    taken = np.logical_and(where, ~np.isnan(a))
    start = least if initial is None else initial
    out = function(a, axis=axis, keepdims=keepdims, initial=start, where=taken)
    if initial is not None:
        return out
    return np.where(np.any(taken, axis=axis, keepdims=keepdims), out, np.nan)
