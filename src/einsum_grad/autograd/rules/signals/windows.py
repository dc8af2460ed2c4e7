"""Sliding windows, and their transpose, which adds up what overlaps."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from einsum_grad.autograd.dispatch.table import implements
from einsum_grad.autograd.primitives.registration import define
from einsum_grad.autograd.rules.contractions.linear import axes_of
from einsum_grad.autograd.tape.ownership import look
from einsum_grad.autograd.tape.refusals import run
from einsum_grad.errors import ArgumentError


def _windows(x: Any, size: int, axis: int) -> Any:
    return sliding_window_view(x, size, axis)


def _overlapped(x: Any, axis: int) -> Any:
    size, shape = x.shape[-1], list(x.shape[:-1])
    count = shape[axis]
    shape[axis] += size - 1
    out = np.zeros(shape, x.dtype)
    moved = np.moveaxis(out, axis, 0)
    for offset in range(size):
        moved[offset : offset + count] += np.moveaxis(x[..., offset], axis, 0)
    return out


WINDOWS: Any = define(_windows, {"x": lambda g, axis: OVERLAPPED(g, axis=axis)}, view=True)
OVERLAPPED: Any = define(
    _overlapped, {"x": lambda g, shapes, axis: WINDOWS(g, shapes[0][-1], axis)}
)


@implements(sliding_window_view)
def _sliding_window_view(
    x: Any, window_shape: Any, axis: Any = None, *, subok: bool = False, writeable: bool = False
) -> Any:
    if writeable:
        raise ArgumentError("the windows of a Tensor can't be written to")
    run("sliding_window_view", sliding_window_view, (look(x), window_shape, axis))
    sizes = window_shape if np.iterable(window_shape) else (window_shape,)
    axes = range(x.ndim) if axis is None else axis if np.iterable(axis) else (axis,)
    rank = x.ndim
    for size, place in zip(sizes, axes, strict=True):
        x = WINDOWS(x, size, *axes_of("sliding_window_view", place, rank))
    return x
