"""How an array lies in memory."""

from __future__ import annotations

import itertools
import sys

from einsum_grad.lower import Gap
from einsum_grad.runtime.dtypes import Array

MemoryOrder = tuple[int, ...]
"""The axes of an array by their strides, the longest first: their order in memory."""


def memory_order(array: Array) -> MemoryOrder:
    """The axes of `array` as they lie in memory; one of stride 0 comes first.

    >>> import numpy as np
    >>> memory_order(np.empty((2, 3))), memory_order(np.empty((2, 3), order="F"))
    ((0, 1), (1, 0))
    """
    strides = [abs(stride) or sys.maxsize for stride in array.strides]
    # Overlapping windows have two axes of one stride: the longer is better last.
    return tuple(sorted(range(array.ndim), key=lambda axis: (-strides[axis], array.shape[axis])))


def gap_of(array: Array) -> Gap | None:
    """Where `array`, whose axes are in `memory_order`, has gaps; None without any.

    >>> import numpy as np
    >>> gap_of(np.empty((2, 3))), gap_of(np.empty((4, 3))[::2]), gap_of(np.empty((2, 6))[:, ::2])
    (None, <Gap.ROWS: 'rows'>, <Gap.NUMBERS: 'numbers'>)
    """
    axes = [
        (size, stride) for size, stride in zip(array.shape, array.strides, strict=True) if size != 1
    ]
    if axes and (axes[-1][1] != array.itemsize or any(stride <= 0 for _, stride in axes)):
        return Gap.NUMBERS
    torn = any(stride != size * inner for (_, stride), (size, inner) in itertools.pairwise(axes))
    return Gap.ROWS if torn else None
