"""Elements chosen by indices, by masks, or from several arrays."""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np

from einsum_grad.autograd.rules.composite import composite
from einsum_grad.autograd.rules.contractions.linear import axes_of
from einsum_grad.autograd.tape.ownership import look
from einsum_grad.autograd.tape.refusals import run
from einsum_grad.errors import OperandError


@composite(np.take)
def _take(a: Any, indices: Any, axis: Any = None, mode: Any = "raise") -> Any:
    if axis is None:
        a, axis = np.ravel(a), 0
    (axis,) = axes_of("take", axis, np.ndim(a))
    places = np.take(np.arange(np.shape(a)[axis]), look(indices), mode=mode)
    return a[(*(slice(None),) * axis, places)]


@composite(np.take_along_axis)
def _take_along_axis(arr: Any, indices: Any, axis: Any = -1) -> Any:
    indices = run("take_along_axis", np.asarray, (look(indices),))
    if axis is None:
        return np.ravel(arr)[indices]
    (axis,) = axes_of("take_along_axis", axis, np.ndim(arr))
    if indices.ndim != np.ndim(arr):
        raise OperandError(f"take_along_axis: indices of {indices.ndim} axes, not {np.ndim(arr)}")
    grid: list[Any] = [*np.ogrid[tuple(map(slice, np.shape(arr)))]]
    grid[axis] = indices
    return arr[tuple(grid)]


@composite(np.compress)
def _compress(condition: Any, a: Any, axis: Any = None) -> Any:
    return np.take(a, np.flatnonzero(condition), axis)


@composite(np.extract)
def _extract(condition: Any, arr: Any) -> Any:
    return np.take(arr, np.flatnonzero(condition))


@composite(np.select)
def _select(condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    """The choice of the first condition that holds."""
    if len(condlist) != len(choicelist):
        raise OperandError(f"select: {len(condlist)} conditions for {len(choicelist)} choices")
    pairs = zip(reversed(condlist), reversed(choicelist), strict=True)
    return functools.reduce(lambda other, pair: np.where(pair[0], pair[1], other), pairs, default)


@composite(np.choose)
def _choose(a: Any, choices: Any, mode: Any = "raise") -> Any:
    dtype = np.result_type(*(look(choice) for choice in choices))
    stacked = np.stack(np.broadcast_arrays(*choices)).astype(dtype)
    places = np.arange(math.prod(stacked.shape)).reshape(stacked.shape)
    return np.ravel(stacked)[np.choose(look(a), places, mode=mode)]
