"""The transpose of indexing without writing, as deferred arrays have it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from einsum_grad.autograd.tape.nodes import Shape
from einsum_grad.errors import AutogradError

NO_LAZY_GRADIENT = (
    "an index of {!r:.60} has no gradient for a deferred array; numbers, slices of step 1, None "
    "and an ellipsis have"
)


def padded(values: Any, index: Sequence[Any], shape: Shape) -> Any:
    """Zeros around `values`, which an index of numbers, slices and new axes took from `shape`.

    Raises `AutogradError` for any other index, and for slices with a step.

    >>> padded(np.array([1.0, 2.0]), (slice(1, 3), 0), (4, 2))
    array([[0., 0.],
           [1., 0.],
           [2., 0.],
           [0., 0.]])
    """
    back: list[Any] = []
    widths = []
    sizes = iter(shape)
    for part in _whole(index, len(shape)):
        if part is None:
            back.append(0)
        else:
            widths.append(_around(part, next(sizes)))
            back.append(slice(None) if isinstance(part, slice) else None)
    out = values[tuple(back)]
    for axis in sorted(range(len(widths)), key=lambda axis: out.shape[axis] > 0):
        before, after = (_zeros(out, axis, size) for size in widths[axis])
        parts = [*before, *([out] if out.shape[axis] else []), *after]
        out = np.concatenate(parts, axis) if parts else out
    return out


def _zeros(beside: Any, axis: int, size: int) -> list[Any]:
    """Zeros that fit beside an array, if any: those of np.pad had chunks as thin as the array's."""
    shape = (*beside.shape[:axis], size, *beside.shape[axis + 1 :])
    return [np.zeros_like(beside, shape=shape)] if size else []


def _whole(index: Sequence[Any], rank: int) -> list[Any]:
    """The index with a part for every axis."""
    given = [part for part in index if part is not ...]
    left = [slice(None)] * (rank - sum(part is not None for part in given))
    place = next((place for place, part in enumerate(index) if part is ...), len(given))
    return [*given[:place], *left, *given[place:]]


def _around(part: Any, size: int) -> tuple[int, int]:
    """How many elements stand before and after those that were taken."""
    if isinstance(part, (int, np.integer)) and not isinstance(part, bool):
        part = slice(part % size, part % size + 1)
    if not isinstance(part, slice) or part.step not in (None, 1):
        raise AutogradError(NO_LAZY_GRADIENT.format(part))
    start, stop, _ = part.indices(size)
    return start, size - max(start, stop)
