"""The helpers that replace the plain ones of modules for large arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from einsum_grad.kernels.buffer_pool import empty
from einsum_grad.kernels.copies import copied
from einsum_grad.kernels.parallel.threads import in_blocks, summed_in_blocks
from einsum_grad.kernels.products import multiplied
from einsum_grad.kernels.sums import summed
from einsum_grad.lower import machine


def zeros(shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return an array of zeros, written on all cores if it is larger than their caches."""
    target = empty(shape, dtype)
    # Bytes are filled by memset, in half the time.
    octets = target.reshape(-1).view(np.uint8)
    if len(octets) < machine.WAKE_FOR_ZEROS:
        octets.fill(0)
    else:
        in_blocks(lambda part: octets[part].fill(0), len(octets), machine.FEWEST_CHUNKS)
    return target


BLOCKS = ("in_blocks", "summed_in_blocks")
"""The helpers that call a function for each chunk of a block."""

HELPERS: Mapping[str, Callable[..., Any]] = {
    "empty": empty,
    "zeros": zeros,
    "summed_in_blocks": summed_in_blocks,
    "in_blocks": in_blocks,
    "copied": copied,
    "multiplied": multiplied,
    "summed": summed,
}
