"""Both ends of a backward pass: the cotangent it starts from, and the gradients it leaves."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from einsum_grad.autograd.tape.backward import Cotangents
from einsum_grad.autograd.tape.nodes import Array, DType, Leaf, Shape, Traced
from einsum_grad.autograd.tape.ownership import own
from einsum_grad.autograd.tape.refusals import as_operand
from einsum_grad.errors import AutogradError


def starting_cotangent(given: Any, shape: Shape, dtype: DType) -> Any:
    """The cotangent of a result: what was given, or 1 for a single real number.

    Raises `AutogradError` for a shape or a dtype that the result's doesn't allow.

    >>> starting_cotangent(None, (), np.dtype(float))
    array(1.)
    >>> starting_cotangent([1, 2], (2,), np.dtype(float))
    array([1., 2.])
    """
    if given is None:
        return _one(shape, dtype)
    cotangent = as_operand(given, "backward")
    if not isinstance(cotangent, Traced):
        cotangent = np.asarray(cotangent)
    if cotangent.shape != shape:
        raise AutogradError(f"a cotangent of shape {cotangent.shape} for a result of shape {shape}")
    if not np.can_cast(cotangent.dtype, dtype, "same_kind"):
        raise AutogradError(f"a cotangent of dtype {cotangent.dtype} for a result of dtype {dtype}")
    return cotangent if cotangent.dtype == dtype else cotangent.astype(dtype)


def accumulate(cotangents: Cotangents) -> None:
    """Add each leaf's cotangent to its gradient, which stays an array of its own."""
    for leaf in [leaf for leaf in cotangents if isinstance(leaf, Leaf)]:
        leaf.add(take(leaf, cotangents))


def take(leaf: Any, cotangents: Cotangents) -> Any:
    """Remove a cotangent and return it: an array that nothing else refers to, or a new Tensor.

    >>> kept = np.ones(3)
    >>> take("x", {"x": kept}) is kept
    False
    """
    if isinstance(cotangents[leaf], Traced):
        return +cotangents.pop(leaf)
    return own(np.asarray(cotangents.pop(leaf)))


def _one(shape: Shape, dtype: DType) -> Array:
    if math.prod(shape) != 1:
        raise AutogradError(
            f"a result of shape {shape} is not a single number: give backward a cotangent "
            f"of that shape, such as np.ones({shape})"
        )
    if dtype.kind == "c":
        raise AutogradError("a complex result needs a cotangent: backward(1) for its real part")
    return np.ones(shape, dtype)
