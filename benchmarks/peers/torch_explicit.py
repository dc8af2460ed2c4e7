"""A torch module of einsum-grad: its `save`, `output` and `pullback`, without autograd."""

from __future__ import annotations

from typing import Any

from benchmarks.case import Problem
from benchmarks.peers import Prepared
from benchmarks.peers.emitted import functions_of
from benchmarks.peers.torch import describe, given, returned

__all__ = ["describe", "prepare"]


def prepare(problem: Problem) -> Prepared:
    """Emit the module for the shapes of the problem."""
    functions = functions_of(problem, "torch")
    save, output, pullback = functions.get("save"), functions["output"], functions["pullback"]
    operands = [given(array) for array in problem.operands]
    cotangent = given(problem.cotangent)

    def run() -> tuple[Any, ...]:
        saved = [save(*operands)] if save else []
        return output(*operands, *saved), *pullback(cotangent, *operands, *saved)

    return Prepared(run, returned)
