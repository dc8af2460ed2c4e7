"""What tasks call: compiled patterns on blocks, which are NumPy arrays. All of it pickles."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from einsum_grad.functions import Function, compile
from einsum_grad.kernels import buffer_pool
from einsum_grad.kernels.parallel.threads import in_blocks
from einsum_grad.plan import Pattern

Array = NDArray[Any]
Sizes = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class OnBlocks:
    """A pattern on blocks of its operands; `sizes` are those of labels of the output alone.

    >>> OnBlocks(Pattern((("i",),), ()))(np.ones(2), np.ones(3))
    array(5.)
    """

    pattern: Pattern
    sizes: Sizes = ()

    def __call__(self, *blocks: Array) -> Array:
        """The sum of the pattern's outputs for tuples of operands, which follow one another."""
        function, count = _function(self.pattern, self.sizes), len(self.pattern.inputs)
        starts = range(0, len(blocks), count)
        outputs = (function(*blocks[start : start + count]) for start in starts)
        # Dask has a task for every core: this one keeps to its own, in a context of its own.
        (total,) = in_blocks(lambda _: _unpooled(outputs), 1, 1)
        return np.asarray(total)


def added(*blocks: Array) -> Array:
    """The sum of blocks.

    >>> added(np.ones(2), np.ones(2), np.ones(2))
    array([3., 3.])
    """
    return _sum(blocks)


def _unpooled(blocks: Iterable[Any]) -> Array:
    buffer_pool.leave_alone()
    return _sum(blocks)


def _sum(blocks: Iterable[Any]) -> Array:
    left = iter(blocks)
    total = next(left)
    for number, block in enumerate(left):
        # The first may be an operand's memory; the sum of two is nobody else's.
        total = np.add(total, block, out=total) if number else np.asarray(total + block)
    return np.asarray(total)


@functools.lru_cache(maxsize=1024)
def _function(pattern: Pattern, sizes: Sizes) -> Function:
    return compile((pattern.inputs, pattern.output), wrt=(), sizes=dict(sizes))
