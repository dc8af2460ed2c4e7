"""Extrema over axes: equal ones share the cotangent equally (as in torch's amax and JAX).

An `initial` that equals them has its share too, which nobody gets.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from einsum_grad.autograd.primitives.registration import define


def spread(x: Any, axis: Any, keepdims: bool) -> Any:
    """Restore the reduced axes, so that it broadcasts against what it was reduced from.

    >>> spread(np.ones(2), 1, False).shape
    (2, 1)
    """
    return x if keepdims or axis is None else np.expand_dims(x, axis)


def _extremes(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function without `out`, and with `initial` only where it was given."""

    def reduced(
        a: Any, axis: Any = None, keepdims: bool = False, initial: Any = None, where: Any = True
    ) -> Any:
        given = {} if initial is None else {"initial": initial}
        return function(a, axis=axis, keepdims=keepdims, where=where, **given)

    return reduced


def _extremum(g: Any, a: Any, out: Any, axis: Any, keepdims: bool, initial: Any, where: Any) -> Any:
    out, g_spread = spread(out, axis, keepdims), spread(g, axis, keepdims)
    taken = np.logical_and(a == out, where)
    count = np.sum(taken, axis=axis, keepdims=True) + (0 if initial is None else initial == out)
    return np.where(taken, (g_spread / np.maximum(count, 1)).astype(g.dtype), 0)


define(_extremes(np.max), {"a": _extremum}, of=(np.max, np.amax), ordered=True)
define(_extremes(np.min), {"a": _extremum}, of=(np.min, np.amin), ordered=True)
