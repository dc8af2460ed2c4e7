"""Primitives that move elements without arithmetic: reshaping, indexing, joining, padding."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from einsum_grad.autograd.dispatch import implements
from einsum_grad.autograd.ownership import look
from einsum_grad.autograd.refusals import run
from einsum_grad.autograd.registration import define
from einsum_grad.autograd.rules.linear import ending
from einsum_grad.autograd.tape import Shape
from einsum_grad.errors import ArgumentError, ArgumentTypeError
from einsum_grad.runtime.subclasses import check_plain


def _reshape(a: Any, shape: Any) -> Any:
    return np.reshape(a, shape)


def _astype(x: Any, dtype: Any) -> Any:
    return np.asarray(x).astype(dtype)


define(_reshape, {"a": lambda g, shapes: np.reshape(g, shapes[0])}, of=(np.reshape,), view=True)
define(_astype, {"x": lambda g: g}, of=(np.ndarray.astype,))


@implements(np.ravel)
def _ravel(a: Any) -> Any:
    return np.reshape(a, -1)


@implements(np.squeeze)
def _squeeze(a: Any, axis: Any = None) -> Any:
    return np.reshape(a, _shape_of(np.squeeze, a, axis))


@implements(np.expand_dims)
def _expand_dims(a: Any, axis: Any) -> Any:
    return np.reshape(a, _shape_of(np.expand_dims, a, ending("expand_dims", axis)))


def _shape_of(function: Callable[..., Any], a: Any, axis: Any) -> Shape:
    shape: Shape = run(function.__name__, function, (look(a), axis)).shape
    return shape


def _index(x: Any, index: Any) -> Any:
    return x[index]


def _scatter(values: Any, index: Any, shape: Shape) -> Any:
    """Zeros with the values added at the index: the transpose of indexing."""
    if not any(isinstance(part, np.ndarray) and part.dtype.kind in "iu" for part in index):
        out = np.zeros(shape, values.dtype)
        out[index] = values
        return out
    out = np.zeros(shape, np.result_type(values, np.float32))
    np.add.at(out, index, values)
    return out.astype(values.dtype, copy=False)


SCATTER = define(_scatter, {"values": lambda g, index: g[index]})
INDEX = define(_index, {"x": lambda g, index, shapes: SCATTER(g, index, shapes[0])}, view=True)


@implements(operator.getitem)
def _getitem(x: Any, index: Any) -> Any:
    return INDEX(x, tuple(map(_frozen, index if isinstance(index, tuple) else (index,))))


def _frozen(part: Any) -> Any:
    """A part of an index, copied so that no later write can change it."""
    part = look(part)
    if not isinstance(part, (list, np.ndarray)):
        return part
    check_plain(part, "index")
    return run("index", np.array, (part,))


def _concatenate(*arrays: Any, axis: int = 0) -> Any:
    return np.concatenate(arrays, axis)


def _segment(g: Any, position: int, shapes: tuple[Shape, ...], axis: int) -> Any:
    start = sum(shape[axis] for shape in shapes[:position])
    index = [slice(None)] * len(shapes[position])
    index[axis] = slice(start, start + shapes[position][axis])
    return g[tuple(index)]


CONCATENATE = define(_concatenate, {"arrays": _segment})


@implements(np.concatenate)
def _joined(arrays: Iterable[Any], axis: int | None = 0) -> Any:
    if axis is None:
        return CONCATENATE(*map(np.ravel, arrays))
    return CONCATENATE(*arrays, axis=axis)


@implements(np.stack)
def _stack(arrays: Iterable[Any], axis: int = 0) -> Any:
    return CONCATENATE(*(np.expand_dims(array, axis) for array in arrays), axis=axis)


def _pad(array: Any, widths: Any, value: Any) -> Any:
    return np.pad(array, widths, constant_values=value)


def _unpadded(g: Any, widths: Any) -> Any:
    return g[tuple(slice(b, size - a) for (b, a), size in zip(widths, g.shape, strict=True))]


PAD = define(_pad, {"array": _unpadded})


@implements(np.pad)
def _padded(array: Any, pad_width: Any, mode: str = "constant", constant_values: Any = 0) -> Any:
    widths = run("pad", np.asarray, (pad_width,))
    if not isinstance(mode, str) or mode != "constant":
        raise ArgumentError(f"only padding with a constant has a gradient here, not {mode!r}")
    if widths.dtype.kind not in "iu":
        raise ArgumentTypeError("pad_width is an integer, or a pair of integers for each axis")
    pairs = run("pad", np.broadcast_to, (widths, (np.ndim(array), 2)))
    return PAD(array, pairs.tolist(), constant_values)
