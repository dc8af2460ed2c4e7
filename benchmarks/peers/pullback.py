"""einsum-grad: a compiled function, its `vjp`, and the pullback."""

from __future__ import annotations

from typing import Any

import einsum_grad as eg
from benchmarks.case import Problem
from benchmarks.peers import Prepared
from benchmarks.peers.ours import as_arrays, describe

__all__ = ["describe", "prepare"]


def prepare(problem: Problem) -> Prepared:
    """Compile the pattern."""
    function = eg.compile(problem.pattern)
    operands, cotangent = problem.operands, problem.cotangent

    def run() -> tuple[Any, ...]:
        output, pullback = function.vjp(*operands)
        return output, *pullback(cotangent)

    return Prepared(run, as_arrays)
