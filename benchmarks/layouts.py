"""How an operand lies in memory: a table of ways to make an array of a shape."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Array = NDArray[Any]
Shape = tuple[int, ...]
Draw = Callable[[Shape], Array]

PLAIN = "plain"


def _fortran(draw: Draw, shape: Shape) -> Array:
    return draw(shape[::-1]).T


def _reversed(draw: Draw, shape: Shape) -> Array:
    return np.flip(draw(shape))


def _strided(draw: Draw, shape: Shape) -> Array:
    return draw((*shape[:-1], 2 * shape[-1]))[..., ::2]


def _repeated(draw: Draw, shape: Shape) -> Array:
    # Writable, though it must not be written to: torch warns of arrays that are not.
    array = draw(shape[1:])
    return np.lib.stride_tricks.as_strided(array, shape, (0, *array.strides))


def _windows(axes: int, draw: Draw, shape: Shape) -> Array:
    """Windows over the `axes` axes before as many axes of the windows' own."""
    lead, places, window = shape[: -2 * axes], shape[-2 * axes : -axes], shape[-axes:]
    spread = tuple(place + size - 1 for place, size in zip(places, window, strict=True))
    over = tuple(range(len(lead), len(lead) + axes))
    return sliding_window_view(draw((*lead, *spread)), window, over, writeable=True)


LAYOUTS: dict[str, Callable[[Draw, Shape], Array]] = {
    PLAIN: lambda draw, shape: draw(shape),
    "fortran": _fortran,
    "reversed": _reversed,
    "strided": _strided,
    "repeated": _repeated,
    "windows-1d": partial(_windows, 1),
    "windows-2d": partial(_windows, 2),
}
