"""scipy.signal for Tensors: convolutions, as einsums of windows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from einsum_grad.autograd.rules.contractions.contract import contract
from einsum_grad.autograd.tape.fit import LABELS
from einsum_grad.autograd.tape.refusals import as_operand
from einsum_grad.errors import ArgumentError, OperandError
from einsum_grad.scipy.beside import beside

__getattr__ = beside("scipy.signal")

MODES = ("full", "same", "valid")


def convolve(
    in1: Any,
    in2: Any,
    mode: str = "full",
    method: str = "auto",
    *,
    axes: Sequence[Sequence[int]] | None = None,
    dot_axes: Sequence[Sequence[int]] = ((), ()),
) -> Any:
    """The convolution of two arrays over all axes, or over pairs of `axes`.

    `mode` is SciPy's; `method` changes nothing. `axes` are the axes of the first and of the second
    that are convolved with each other, `dot_axes` those that are multiplied and summed. The result
    has the other axes of the first, those of the second, and then the convolved ones.

    Raises `ArgumentError` for another mode, `OperandError` for shapes that don't fit.

    >>> convolve(np.array([1, 2, 3]), np.array([1, 1]))
    array([1, 3, 5, 3])
    >>> images, filters = np.ones((8, 3, 32, 32)), np.ones((16, 3, 5, 5))
    >>> pairs = ([2, 3], [2, 3]), ([1], [1])
    >>> convolve(images, filters, "valid", axes=pairs[0], dot_axes=pairs[1]).shape
    (8, 16, 28, 28)
    """
    one, other = (as_operand(operand, "convolve") for operand in (in1, in2))
    if mode not in MODES:
        raise ArgumentError(f"the mode is {', '.join(MODES)}, not {mode!r}")
    left, right = _pairs(one, other, axes)
    sizes = [(np.shape(one)[i], np.shape(other)[j]) for i, j in zip(left, right, strict=True)]
    mine = [*LABELS[: np.ndim(one)]]
    theirs = [*LABELS[np.ndim(one) : np.ndim(one) + np.ndim(other)]]
    for i, j in zip(*dot_axes, strict=True):
        theirs[j] = mine[i]
    kept = [label for label in (*mine, *theirs) if not (label in mine and label in theirs)]
    conv = [mine[i] for i in left], [theirs[j] for j in right]
    kept = [label for label in kept if label not in (*conv[0], *conv[1])]
    if _slides_over_second(sizes, mode):
        one, other, mine, theirs = other, one, theirs, mine
        left, right, conv = right, left, conv[::-1]
    for place, (i, (n, m)) in enumerate(zip(left, sizes, strict=True)):
        start, count = _cut(n, m, mode)
        one = _reach(one, i, start - np.shape(other)[right[place]] + 1, start + count)
    windows = sliding_window_view(one, [np.shape(other)[j] for j in right], tuple(left))
    flipped = other[
        tuple(slice(None, None, -1 if j in right else 1) for j in range(np.ndim(other)))
    ]
    pattern = f"{''.join((*mine, *conv[1]))},{''.join(theirs)}->{''.join((*kept, *conv[0]))}"
    return contract(pattern, [windows, flipped])


def _pairs(one: Any, other: Any, axes: Any) -> tuple[list[int], list[int]]:
    if axes is not None:
        return [*axes[0]], [*axes[1]]
    if np.ndim(one) != np.ndim(other):
        raise OperandError("convolve: arrays of as many axes each, or pairs of axes")
    return [*range(np.ndim(one))], [*range(np.ndim(one))]


def _slides_over_second(sizes: Sequence[tuple[int, int]], mode: str) -> bool:
    """Whether the first is the filter; a valid one is not longer than the other along any axis."""
    if mode != "valid":
        return math.prod(n for n, _ in sizes) < math.prod(m for _, m in sizes)
    if all(n >= m for n, m in sizes):
        return False
    if all(n <= m for n, m in sizes):
        return True
    raise OperandError("convolve: a valid filter is not longer than the other along any axis")


def _cut(n: int, m: int, mode: str) -> tuple[int, int]:
    """Where the result begins in the full convolution, and its length."""
    starts = {"full": (0, n + m - 1), "same": ((m - 1) // 2, n)}
    return starts.get(mode, (min(n, m) - 1, abs(n - m) + 1))


def _reach(x: Any, axis: int, first: int, end: int) -> Any:
    """The elements from `first` to `end` along an axis, zeros where there are none."""
    size = np.shape(x)[axis]
    x = x[(*[slice(None)] * axis, slice(max(first, 0), max(end, 0)))]
    widths = [(0, 0)] * np.ndim(x)
    widths[axis] = (max(-first, 0), max(end - size, 0))
    return np.pad(x, widths)
