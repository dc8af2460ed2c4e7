"""Which of a kernel's arrays have gaps, and what is known of their strides nevertheless.

numba knows the strides of arrays without gaps while it compiles. Of all others it assumes nothing,
not even that the numbers of a row are neighbours, and so loads them one by one: that takes five
times as long. A kernel is therefore compiled once more for what is known of the last axes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Layout = tuple[tuple[int, int], ...]
"""The arguments with gaps whose last stride is known, by position: 0, or the bytes of a number."""


def layout_of(arguments: Sequence[Any]) -> Layout:
    """What is known of the arguments' strides; empty where numba knows as much.

    >>> rows = np.zeros((4, 6))
    >>> layout_of([rows, rows[:, :3], rows[:, ::2], np.broadcast_to(rows[0, 0], (4, 6))])
    ((1, 8), (3, 0))
    >>> layout_of([rows[:, ::-1]])
    ((0, -8),)
    """
    gaps = [
        (position, each)
        for position, each in enumerate(arguments)
        if type(each) is np.ndarray and not each.flags.c_contiguous
    ]
    return tuple((place, array.strides[-1]) for place, array in gaps if _is_known(array))


def _is_known(array: NDArray[Any]) -> bool:
    return array.strides[-1] in (0, array.itemsize, -array.itemsize)


def specialized_source(count: int, layout: Layout) -> str:
    """A function of `count` arguments that calls `kernel` for arrays of that layout.

    Within the call the compiler takes each stride for the number that it is compared with.

    >>> print(specialized_source(3, ((1, 8), (2, 0))))
    def specialized(a0, a1, a2):
        if a1.strides[-1] != 8 or a2.strides[-1] != 0:
            raise ValueError("this kernel is for arrays of another layout")
        return kernel(a0, a1, a2)
    """
    names = ", ".join(f"a{position}" for position in range(count))
    others = " or ".join(f"a{position}.strides[-1] != {stride}" for position, stride in layout)
    return (
        f"def specialized({names}):\n"
        f"    if {others}:\n"
        '        raise ValueError("this kernel is for arrays of another layout")\n'
        f"    return kernel({names})"
    )
