"""Axes that are reduced, as one axis at the end."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from einsum_grad.autograd.rules.contractions.linear import axes_of


def last(name: str, a: Any, axis: Any, keepdims: bool) -> tuple[Any, Callable[[Any], Any]]:
    """The array with the axes to be reduced as its last one, and what is done to the result.

    >>> flat, restored = last("prod", np.ones((2, 3, 4)), (0, 2), True)
    >>> flat.shape, restored(np.prod(flat, axis=-1)).shape
    ((3, 8), (1, 3, 1))
    """
    shape = np.shape(a)
    axes = axes_of(name, axis, len(shape))
    kept = [n for n in range(len(shape)) if n not in axes]
    length = math.prod(shape[n] for n in axes)
    moved = np.transpose(a, (*kept, *axes)) if kept else a
    flat = np.reshape(moved, (*(shape[n] for n in kept), length))
    return flat, lambda out: np.expand_dims(out, axes) if keepdims else out
