"""Padding: with a constant, or by elements of the array, which is an index of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from einsum_grad.autograd.dispatch.table import implements
from einsum_grad.autograd.primitives.registration import define
from einsum_grad.autograd.rules.shapes.moving import gathered
from einsum_grad.autograd.tape.refusals import run
from einsum_grad.errors import ArgumentError, ArgumentTypeError

MODES = ("edge", "reflect", "symmetric", "wrap")
"""NumPy's modes that repeat elements of the array."""


def _pad(array: Any, widths: Any, value: Any) -> Any:
    return np.pad(array, widths, constant_values=value)


def _unpadded(g: Any, widths: Any) -> Any:
    return g[tuple(slice(b, size - a) for (b, a), size in zip(widths, g.shape, strict=True))]


PAD = define(_pad, {"array": _unpadded})


@implements(np.pad)
def _padded(array: Any, pad_width: Any, mode: Any = "constant", **kwargs: Any) -> Any:
    widths, mode = _widths(pad_width, np.ndim(array)), mode if isinstance(mode, str) else None
    if mode == "constant" and kwargs.keys() <= {"constant_values"}:
        return PAD(array, widths, kwargs.get("constant_values", 0))
    if mode not in MODES or kwargs.get("reflect_type", "even") != "even":
        raise ArgumentError(
            f"pad with {mode!r} and {kwargs} has no gradient here: "
            f"the modes are constant, {', '.join(MODES)}, and a reflection is even"
        )
    return gathered(np.pad, array, widths, mode=mode, **kwargs)


def _widths(pad_width: Any, rank: int) -> Any:
    """The numbers of elements before and after, for each axis."""
    if isinstance(pad_width, dict):
        widths = np.zeros((rank, 2), int)
        for axis, width in pad_width.items():
            widths[axis] = width
        return widths.tolist()
    widths = run("pad", np.asarray, (pad_width,))
    if widths.dtype.kind not in "iu":
        raise ArgumentTypeError("pad_width is an integer, or a pair of integers for each axis")
    pairs: Any = run("pad", np.broadcast_to, (widths, (rank, 2)))
    return pairs.tolist()
