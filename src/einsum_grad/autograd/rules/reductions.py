"""Extrema over axes: equal ones share the cotangent equally (as in torch's amax and JAX)."""

from __future__ import annotations

from typing import Any

import numpy as np

from einsum_grad.autograd.registration import define


def spread(x: Any, axis: Any, keepdims: bool) -> Any:
    """Restore the reduced axes, so that it broadcasts against what it was reduced from.

    >>> spread(np.ones(2), 1, False).shape
    (2, 1)
    """
    return x if keepdims or axis is None else np.expand_dims(x, axis)


def _max(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    return np.max(a, axis=axis, keepdims=keepdims)


def _min(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    return np.min(a, axis=axis, keepdims=keepdims)


def _extremum(g: Any, a: Any, out: Any, axis: Any, keepdims: bool) -> Any:
    taken = a == spread(out, axis, keepdims)
    count = np.sum(taken, axis=axis, keepdims=True)
    return np.where(taken, (spread(g, axis, keepdims) / count).astype(g.dtype), 0)


define(_max, {"a": _extremum}, of=(np.max, np.amax), ordered=True)
define(_min, {"a": _extremum}, of=(np.min, np.amin), ordered=True)
