"""Functions that move, repeat or drop elements along axes.

Where an element goes may be intricate, but never depends on its value. So NumPy's own function,
applied to the positions of the elements, tells where each comes from, and the result is an index.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from einsum_grad.autograd.primitives.registration import define
from einsum_grad.autograd.rules.composite import composite
from einsum_grad.autograd.rules.contractions.linear import axes_of
from einsum_grad.autograd.tape.refusals import run


def gathered(function: Callable[..., Any], a: Any, *args: Any, **kwargs: Any) -> Any:
    """What `function`, which only moves elements of its first operand, makes of `a`."""
    places = np.arange(math.prod(np.shape(a))).reshape(np.shape(a))
    return np.ravel(a)[run(function.__name__, function, (places, *args), kwargs)]


def _roll(a: Any, shift: Any, axis: Any) -> Any:
    return np.roll(a, shift, axis)


SHIFTED = define(_roll, {"a": lambda g, shift, axis: np.roll(g, np.negative(shift), axis)})


@composite(np.roll)
def _rolled(a: Any, shift: Any, axis: Any = None) -> Any:
    return SHIFTED(a, shift, axis)


@composite(np.flip)
def _flip(m: Any, axis: Any = None) -> Any:
    axes = axes_of("flip", axis, np.ndim(m))
    return m[tuple(slice(None, None, -1 if n in axes else None) for n in range(np.ndim(m)))]


@composite(np.flipud)
def _flipud(m: Any) -> Any:
    return np.flip(m, 0)


@composite(np.fliplr)
def _fliplr(m: Any) -> Any:
    return np.flip(m, 1)


@composite(np.rot90)
def _rot90(m: Any, k: int = 1, axes: Any = (0, 1)) -> Any:
    return gathered(np.rot90, m, k, axes)


@composite(np.rollaxis)
def _rollaxis(a: Any, axis: int, start: int = 0) -> Any:
    (axis,), rank = axes_of("rollaxis", axis, np.ndim(a)), np.ndim(a)
    before = start + rank if start < 0 else start
    run("rollaxis", np.rollaxis, (np.empty((1,) * rank), axis, start))
    return np.moveaxis(a, axis, before - (axis < before))


@composite(np.resize)
def _resize(a: Any, new_shape: Any) -> Any:
    if np.size(a) == 0:  # NumPy has zeros then
        a = np.concatenate([np.ravel(a), np.zeros(1, a.dtype)])
    return gathered(np.resize, a, new_shape)


@composite(np.tile)
def _tile(A: Any, reps: Any) -> Any:  # noqa: N803 - NumPy's name
    counts = np.atleast_1d(np.asarray(reps)).tolist()
    rank = max(len(counts), np.ndim(A))
    counts = [1] * (rank - len(counts)) + counts
    shape = (1,) * (rank - np.ndim(A)) + np.shape(A)
    apart = np.reshape(A, [part for size in shape for part in (1, size)])
    pairs = [part for pair in zip(counts, shape, strict=True) for part in pair]
    return np.reshape(
        np.broadcast_to(apart, pairs), [n * size for n, size in zip(counts, shape, strict=True)]
    )


@composite(np.repeat)
def _repeat(a: Any, repeats: Any, axis: Any = None) -> Any:
    if axis is None:
        a, axis = np.ravel(a), 0
    (axis,) = axes_of("repeat", axis, np.ndim(a))
    return np.take(a, np.repeat(np.arange(a.shape[axis]), repeats), axis)


@composite(np.delete)
def _delete(arr: Any, obj: Any, axis: Any = None) -> Any:
    if axis is None:
        arr, axis = np.ravel(arr), 0
    return np.take(arr, np.delete(np.arange(np.shape(arr)[axis]), obj), axis)
