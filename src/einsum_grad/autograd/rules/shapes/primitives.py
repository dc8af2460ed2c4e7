"""Primitives that move elements without arithmetic: reshaping, indexing, joining."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from einsum_grad.autograd.dispatch.casting import cast
from einsum_grad.autograd.dispatch.table import implements
from einsum_grad.autograd.primitives.registration import define
from einsum_grad.autograd.rules.contractions.linear import ending
from einsum_grad.autograd.tape.nodes import Shape, Traced
from einsum_grad.autograd.tape.ownership import look
from einsum_grad.autograd.tape.refusals import run
from einsum_grad.errors import ArgumentError
from einsum_grad.runtime.operands.subclasses import check_plain


def _reshape(a: Any, shape: Any) -> Any:
    return np.reshape(a, shape)


def _astype(x: Any, dtype: Any) -> Any:
    return np.asarray(x).astype(dtype)


RESHAPE = define(_reshape, {"a": lambda g, shapes: np.reshape(g, shapes[0])}, view=True)
ASTYPE = define(_astype, {"x": lambda g: g})


@implements(np.reshape)
def _in_order(a: Any, /, shape: Any, order: str = "C", *, copy: Any = None) -> Any:
    """In Fortran's order the axes count from the last: those of both shapes are reversed."""
    check_order("reshape", order)
    if order != "F":
        return RESHAPE(a, shape)
    sizes = RESHAPE(a, shape).shape[::-1]
    return np.transpose(RESHAPE(np.transpose(a), sizes))


@implements(np.ndarray.astype)
def _converted(
    x: Any,
    dtype: Any,
    order: str = "K",
    casting: str = "unsafe",
    subok: bool = True,
    copy: bool = True,
) -> Any:
    if casting != "unsafe":
        return cast("astype", x, dtype, casting)
    return ASTYPE(x, dtype)


@implements(np.astype)
def _to_dtype(x: Any, dtype: Any, /, *, copy: bool = True, device: Any = None) -> Any:
    return ASTYPE(x, dtype)


@implements(np.copy)
def _copy(a: Any, order: str = "K", subok: bool = False) -> Any:
    return np.positive(a)


@implements(np.ravel)
def _ravel(a: Any, order: Any = "C") -> Any:
    return np.reshape(a, -1, order)


@implements(np.squeeze)
def _squeeze(a: Any, axis: Any = None) -> Any:
    return np.reshape(a, shape_of(np.squeeze, a, axis))


@implements(np.expand_dims)
def _expand_dims(a: Any, axis: Any) -> Any:
    return np.reshape(a, shape_of(np.expand_dims, a, ending("expand_dims", axis)))


def shape_of(function: Callable[..., Any], a: Any, *args: Any) -> Shape:
    """The shape of what NumPy's function returns, a view of `a`."""
    shape: Shape = run(function.__name__, function, (look(a), *args)).shape
    return shape


def check_order(name: str, order: Any) -> None:
    """Raise `ArgumentError` for an order that depends on how an array lies in memory."""
    if order not in ("C", "F"):
        raise ArgumentError(f"{name}: order is 'C' or 'F' for a Tensor, and not {order!r}")


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


def _scattered(g: Any, index: Any, shapes: tuple[Shape]) -> Any:
    return (SCATTER if isinstance(g, Traced) else _scatter)(g, index, shapes[0])


SCATTER = define(_scatter, {"values": lambda g, index: g[index]})
INDEX = define(_index, {"x": _scattered}, view=True)


@implements(operator.getitem)
def _getitem(x: Any, index: Any) -> Any:
    return INDEX(x, tuple(map(_frozen, index if isinstance(index, tuple) else (index,))))


def _frozen(part: Any) -> Any:
    """A part of an index, copied so that no later write can change it."""
    if type(part) in (int, slice):
        return part
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
def _joined(
    arrays: Iterable[Any],
    /,
    axis: int | None = 0,
    *,
    dtype: Any = None,
    casting: str = "same_kind",
) -> Any:
    if dtype is not None:
        arrays = [cast("concatenate", array, dtype, casting) for array in arrays]
    if axis is None:
        return CONCATENATE(*map(np.ravel, arrays))
    return CONCATENATE(*arrays, axis=axis)


def _stack(*arrays: Any, axis: int = 0) -> Any:
    return np.stack(arrays, axis)


def _layer(g: Any, position: int, axis: int) -> Any:
    return g[(*(slice(None),) * (axis % g.ndim), position)]


STACK = define(_stack, {"arrays": _layer})


@implements(np.stack)
def _stacked(arrays: Iterable[Any], axis: int = 0, **kwargs: Any) -> Any:
    if not kwargs:
        return STACK(*arrays, axis=axis)
    return np.concatenate([np.expand_dims(array, axis) for array in arrays], axis, **kwargs)
