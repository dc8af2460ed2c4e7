"""Differences along an axis, and integrals of what was sampled along one."""

from __future__ import annotations

from typing import Any

import numpy as np

from einsum_grad.autograd.dispatch.casting import cast
from einsum_grad.autograd.rules.composite import composite
from einsum_grad.autograd.rules.contractions.linear import axes_of
from einsum_grad.errors import ArgumentError, ArgumentTypeError


@composite(np.diff)
def _diff(a: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Any:
    if n < 0:
        raise ArgumentError(f"diff: the order is not negative, as {n} is")
    ends = [_end(end, np.shape(a), axis) for end in (prepend, append)]
    if n > 0 and not (prepend is None and append is None):
        a = np.concatenate([part for part in (ends[0], a, ends[1]) if part is not None], axis)
    along = np.moveaxis(a, axis, -1)
    for _ in range(n):
        along = along[..., 1:] - along[..., :-1]
    return np.moveaxis(along, -1, axis)


def _end(value: Any, shape: tuple[int, ...], axis: int) -> Any:
    """What is put before or after an array: a number as one element for each row."""
    if value is None or np.ndim(value) > 0:
        return value
    sizes = list(shape)
    sizes[axis] = 1
    return np.broadcast_to(value, sizes)


@composite(np.ediff1d)
def _ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    inside = np.diff(np.ravel(ary))
    parts = (to_begin, inside, to_end)
    given = [np.ravel(part) for part in parts if part is not None]
    return np.concatenate([cast("ediff1d", part, inside.dtype) for part in given])


@composite(np.trapezoid)
def _trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    along = np.moveaxis(y, axis, -1)
    if x is not None:
        dx = np.diff(x) if np.ndim(x) == 1 else np.moveaxis(np.diff(x, axis=axis), axis, -1)
    return np.sum(dx * (along[..., 1:] + along[..., :-1]) / 2, -1)


@composite(np.gradient)
def _gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """Second-order differences inside, and differences of `edge_order` at both ends."""
    axes = axes_of("gradient", axis, np.ndim(f))
    spacings = varargs * len(axes) if len(varargs) == 1 else varargs or (1.0,) * len(axes)
    if len(spacings) != len(axes):
        raise ArgumentTypeError(f"gradient: {len(varargs)} spacings for {len(axes)} axes")
    if edge_order not in (1, 2):
        raise ArgumentError(f"gradient: edge_order is 1 or 2, and not {edge_order!r}")
    parts = tuple(
        np.moveaxis(_slope(np.moveaxis(f, n, -1), spacing, edge_order), -1, n)
        for n, spacing in zip(axes, spacings, strict=True)
    )
    if np.issubdtype(f.dtype, np.inexact):  # whatever dtype the coordinates have
        parts = tuple(part.astype(f.dtype) for part in parts)
    return parts[0] if len(parts) == 1 else parts


def _slope(f: Any, spacing: Any, edge_order: int) -> Any:
    size = f.shape[-1]
    if size <= edge_order:
        raise ArgumentError(f"gradient: {size} numbers along an axis are too few for the edges")
    if np.ndim(spacing) and np.shape(spacing) != (size,):
        raise ArgumentError(f"gradient: {np.shape(spacing)} coordinates for {size} numbers")
    # Multiplied by 1.0, unsigned coordinates have differences with signs.
    steps = np.diff(np.multiply(spacing, 1.0)) if np.ndim(spacing) else spacing
    left, right = (steps[:-1], steps[1:]) if np.ndim(spacing) else (spacing, spacing)
    slopes = (f[..., 1:] - f[..., :-1]) / steps
    before, after = slopes[..., :-1], slopes[..., 1:]
    inside = (right * before + left * after) / (left + right)
    first, final = slopes[..., :1], slopes[..., -1:]
    if edge_order == 2:
        bend = (after - before) / (left + right)
        first = first - (bend * left)[..., :1]
        final = final + (bend * right)[..., -1:]
    return np.concatenate([first, inside, final], axis=-1)
