"""An array split into several, and several brought to one shape."""

from __future__ import annotations

from typing import Any

import numpy as np

from einsum_grad.autograd.rules.composite import composite
from einsum_grad.autograd.rules.contractions.linear import axes_of
from einsum_grad.autograd.tape.refusals import as_operand
from einsum_grad.errors import OperandError


def _pieces(function: Any, ary: Any, sections: Any, axis: int) -> list[Any]:
    """Slices, where NumPy splits the positions."""
    (axis,) = axes_of(function.__name__, axis, np.ndim(ary))
    lead = (slice(None),) * axis
    parts = function(np.arange(np.shape(ary)[axis]), sections)
    return [ary[(*lead, slice(p[0], p[-1] + 1) if p.size else slice(0, 0))] for p in parts]


@composite(np.split)
def _split(ary: Any, indices_or_sections: Any, axis: int = 0) -> Any:
    return _pieces(np.split, ary, indices_or_sections, axis)


@composite(np.array_split)
def _array_split(ary: Any, indices_or_sections: Any, axis: int = 0) -> Any:
    return _pieces(np.array_split, ary, indices_or_sections, axis)


@composite(np.vsplit)
def _vsplit(ary: Any, indices_or_sections: Any) -> Any:
    return np.split(_of_rank("vsplit", ary, 2), indices_or_sections, 0)


@composite(np.hsplit)
def _hsplit(ary: Any, indices_or_sections: Any) -> Any:
    return np.split(_of_rank("hsplit", ary, 1), indices_or_sections, min(np.ndim(ary) - 1, 1))


@composite(np.dsplit)
def _dsplit(ary: Any, indices_or_sections: Any) -> Any:
    return np.split(_of_rank("dsplit", ary, 3), indices_or_sections, 2)


def _of_rank(name: str, ary: Any, least: int) -> Any:
    if np.ndim(ary) < least:
        raise OperandError(f"{name} only works on arrays of {least} or more dimensions")
    return ary


@composite(np.unstack)
def _unstack(x: Any, /, *, axis: int = 0) -> Any:
    return tuple(np.moveaxis(x, axis, 0))


@composite(np.broadcast_arrays)
def _broadcast_arrays(*args: Any, subok: bool = False) -> Any:
    shape = np.broadcast_shapes(*map(np.shape, args))
    return tuple(np.broadcast_to(as_operand(a, "broadcast_arrays"), shape) for a in args)


@composite(np.meshgrid)
def _meshgrid(*xi: Any, copy: bool = True, sparse: bool = False, indexing: Any = "xy") -> Any:
    shapes = np.meshgrid(*(np.empty(np.size(x)) for x in xi), sparse=True, indexing=indexing)
    grid = tuple(np.reshape(x, made.shape) for x, made in zip(xi, shapes, strict=True))
    return grid if sparse else np.broadcast_arrays(*grid)
