"""Methods of ufuncs: what `reduce`, `accumulate` and `outer` are as functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from einsum_grad.autograd.rules.composite import composite
from einsum_grad.autograd.rules.functions import logsumexp

REDUCED: dict[Any, Callable[..., Any]] = {
    np.add: np.sum,
    np.multiply: np.prod,
    np.maximum: np.max,
    np.minimum: np.min,
    np.logaddexp: logsumexp,
}
ACCUMULATED: dict[Any, Callable[..., Any]] = {np.add: np.cumsum, np.multiply: np.cumprod}


def _along(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with the first axis as its default, as methods of ufuncs have it."""

    def along(a: Any, axis: Any = 0, **kwargs: Any) -> Any:
        return function(a, axis=axis, **kwargs)

    return along


def _outer(ufunc: Any) -> Callable[..., Any]:
    def outer(a: Any, b: Any, /, **kwargs: Any) -> Any:
        return ufunc(np.reshape(a, np.shape(a) + (1,) * np.ndim(b)), b, **kwargs)

    return outer


for ufunc, function in REDUCED.items():
    composite(ufunc.reduce)(_along(function))
for ufunc, function in ACCUMULATED.items():
    composite(ufunc.accumulate)(_along(function))
for ufunc in {x for x in vars(np).values() if isinstance(x, np.ufunc)}:
    if ufunc.nin == 2 and ufunc.nout == 1 and ufunc.signature is None:
        composite(ufunc.outer)(_outer(ufunc))
