"""PyTorch: `torch.einsum`, and `torch.autograd.grad` for all operands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from benchmarks.case import Array, Problem
from benchmarks.peers import Prepared


def describe() -> str:
    """Return the version and the threads."""
    paths = "with" if torch.backends.opt_einsum.is_available() else "without"
    return f"torch {torch.__version__}, {torch.get_num_threads()} threads, {paths} opt_einsum"


def prepare(problem: Problem) -> Prepared:
    """Make tensors that share the memory of the arrays."""
    operands = [given(array).requires_grad_() for array in problem.operands]
    cotangent = given(problem.cotangent)
    pattern = problem.pattern

    def run() -> tuple[Any, ...]:
        output = torch.einsum(pattern, *operands)
        return output, *torch.autograd.grad(output, operands, cotangent)

    return Prepared(run, returned)


def given(array: Array) -> Any:
    """Return a tensor that shares the memory of the array."""
    # torch has no negative strides: such an operand becomes a contiguous one, before the clock.
    negative = any(stride < 0 for stride in array.strides)
    return torch.from_numpy(np.ascontiguousarray(array) if negative else array)


def returned(result: Sequence[Any]) -> Sequence[Array]:
    """Return the output and the gradients as arrays."""
    return [tensor.detach().numpy() for tensor in result]
