"""Compiled kernels on several cores: each thread has a range of the label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from einsum_grad.kernels.jit.kernel import Kernel
from einsum_grad.kernels.parallel.threads import get_num_threads, shared
from einsum_grad.lower import machine


def in_parallel(kernel: Kernel, length: int, steps: int, *arguments: Any) -> list[Any]:
    """Return what `kernel(start, stop, *arguments)` returns for consecutive parts of range(length).

    `steps` is how often its innermost statement runs in all. That, the sizes and the number of
    threads decide how many parts there are, and so the order in which numbers are added.

    The range's numbers are unsigned: a signed index may count from the end, and a loop that asks
    for each takes five times as long.
    """
    run = kernel.compiled_for((0, length, *arguments))
    parts = min(get_num_threads(), length) if is_long(steps, arguments) else 1
    if parts <= 1:
        return [run(np.uint64(0), np.uint64(length), *arguments)]
    return shared(
        lambda part: run(np.uint64(part.start), np.uint64(part.stop), *arguments), length, parts
    )


def is_long(steps: int, arguments: Sequence[Any]) -> bool:
    """Whether a kernel takes so long that a second thread, which has to be woken, saves time.

    One that uses each number many times computes; any other waits for memory.
    """
    if steps < machine.KERNEL_STEPS:
        return False
    arrays = [each for each in arguments if isinstance(each, np.ndarray)]
    reuses = steps > sum(array.size for array in arrays)
    return reuses or sum(array.nbytes for array in arrays) >= machine.KERNEL_BYTES
