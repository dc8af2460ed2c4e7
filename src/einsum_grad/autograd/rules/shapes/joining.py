"""Arrays joined to one: by rows, by columns, in depth, in blocks, at places."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from einsum_grad.autograd.dispatch.casting import cast
from einsum_grad.autograd.rules.composite import composite
from einsum_grad.autograd.rules.shapes.primitives import shape_of
from einsum_grad.autograd.tape.refusals import as_operand
from einsum_grad.errors import OperandError


def _at_least(function: Callable[..., Any]) -> Callable[..., Any]:
    """The reshaping of each array that `function` does."""

    def reshaped(*arys: Any) -> Any:
        made = tuple(
            np.reshape(a, shape_of(function, as_operand(a, function.__name__))) for a in arys
        )
        return made[0] if len(made) == 1 else made

    return reshaped


for at_least in (np.atleast_1d, np.atleast_2d, np.atleast_3d):
    composite(at_least)(_at_least(at_least))


@composite(np.vstack)
def _vstack(tup: Any, **kwargs: Any) -> Any:
    return np.concatenate([np.atleast_2d(part) for part in tup], 0, **kwargs)


@composite(np.hstack)
def _hstack(tup: Any, **kwargs: Any) -> Any:
    parts = [np.atleast_1d(part) for part in tup]
    return np.concatenate(parts, 0 if parts and np.ndim(parts[0]) == 1 else 1, **kwargs)


@composite(np.dstack)
def _dstack(tup: Any) -> Any:
    return np.concatenate([np.atleast_3d(part) for part in tup], 2)


@composite(np.column_stack)
def _column_stack(tup: Any) -> Any:
    columns = [np.reshape(part, (-1, 1)) if np.ndim(part) < 2 else part for part in tup]
    return np.concatenate(columns, 1)


@composite(np.append)
def _append(arr: Any, values: Any, axis: Any = None) -> Any:
    return np.concatenate([arr, values], axis)


@composite(np.block)
def _block(arrays: Any) -> Any:
    (depth, *others), rank = sorted({*_depths(arrays)}), _rank(arrays)
    if others:
        raise OperandError(f"block: lists of {depth} levels beside others of {others[0]}")
    return _blocks(arrays, max(depth, rank), depth)


def _blocks(arrays: Any, rank: int, depth: int) -> Any:
    """The innermost lists are joined along the last axis, those around along the axis before."""
    if depth == 0:
        return np.reshape(arrays, (1,) * (rank - np.ndim(arrays)) + np.shape(arrays))
    return np.concatenate([_blocks(part, rank, depth - 1) for part in arrays], -depth)


def _depths(arrays: Any) -> Iterator[int]:
    """In how many lists each array stands."""
    if isinstance(arrays, list):
        yield from (1 + depth for part in arrays for depth in _depths(part))
    else:
        yield 0


def _rank(arrays: Any) -> int:
    return max(map(_rank, arrays)) if isinstance(arrays, list) else np.ndim(arrays)


@composite(np.insert)
def _insert(arr: Any, obj: Any, values: Any, axis: Any = None) -> Any:
    """An index of both together: NumPy inserts the positions of one into those of the other."""
    arr = as_operand(arr, "insert")
    sources = [arr, cast("insert", values, np.result_type(arr), "unsafe")]
    shapes = [*map(np.shape, sources)]
    sizes = [*map(math.prod, shapes)]
    places = [np.arange(n).reshape(shape) for n, shape in zip(sizes, shapes, strict=True)]
    order = np.insert(places[0], obj, places[1] + sizes[0], axis)
    return np.concatenate(sources, axis=None)[order]
