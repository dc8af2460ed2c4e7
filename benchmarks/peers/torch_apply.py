"""A torch module of einsum-grad: `apply`, and `torch.autograd.grad` for all operands."""

from __future__ import annotations

from typing import Any

import torch

from benchmarks.case import Problem
from benchmarks.peers import Prepared
from benchmarks.peers.emitted import functions_of
from benchmarks.peers.torch import describe, given, returned

__all__ = ["describe", "prepare"]


def prepare(problem: Problem) -> Prepared:
    """Emit the module for the shapes of the problem."""
    apply = functions_of(problem, "torch")["apply"]
    operands = [given(array).requires_grad_() for array in problem.operands]
    cotangent = given(problem.cotangent)

    def run() -> tuple[Any, ...]:
        output = apply(*operands)
        return output, *torch.autograd.grad(output, operands, cotangent)

    return Prepared(run, returned)
