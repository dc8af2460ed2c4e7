"""einsum-grad: a compiled function, its `vjp`, and the pullback."""

from __future__ import annotations

from typing import Any

import numpy as np

import einsum_grad as eg
from benchmarks.case import Problem
from benchmarks.peers import Prepared


def describe() -> str:
    """Return the versions."""
    return f"einsum-grad {eg.__version__}, NumPy {np.__version__}"


def prepare(problem: Problem) -> Prepared:
    """Compile the pattern."""
    function = eg.compile(problem.pattern)
    operands, cotangent = problem.operands, problem.cotangent

    def run() -> tuple[Any, ...]:
        output, pullback = function.vjp(*operands)
        return output, *pullback(cotangent)

    return Prepared(run, lambda result: [np.asarray(array) for array in result])
