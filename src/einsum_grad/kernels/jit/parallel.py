"""Compiled kernels on several cores: each thread has a range of the label."""

from __future__ import annotations

from typing import Any

from einsum_grad.kernels.jit.kernel import Kernel
from einsum_grad.kernels.parallel.threads import get_num_threads, shared
from einsum_grad.lower import machine


def in_parallel(kernel: Kernel, length: int, steps: int, *arguments: Any) -> list[Any]:
    """Return what `kernel(start, stop, *arguments)` returns for consecutive parts of range(length).

    `steps` is how often its innermost statement runs in all. That, the length and the number of
    threads decide how many parts there are, and so the order in which numbers are added.
    """
    run = kernel.compiled_for((0, length, *arguments))
    parts = 1 if steps < machine.KERNEL_SHARED else min(get_num_threads(), length)
    if parts <= 1:
        return [run(0, length, *arguments)]
    return shared(lambda part: run(part.start, part.stop, *arguments), length, parts)
