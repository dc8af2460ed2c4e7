"""MyGrad: `mygrad.einsum` and `backward`."""

from __future__ import annotations

from typing import Any

import mygrad
import numpy as np

from benchmarks.case import Problem
from benchmarks.peers import Prepared


def describe() -> str:
    """Return the versions."""
    return f"MyGrad {mygrad.__version__}, NumPy {np.__version__}"


def prepare(problem: Problem) -> Prepared:
    """Make tensors, which have copies of the arrays."""
    operands = [mygrad.tensor(array) for array in problem.operands]
    cotangent, pattern = problem.cotangent, problem.pattern

    def run() -> tuple[Any, ...]:
        output = mygrad.einsum(pattern, *operands, optimize=True)
        output.backward(cotangent)
        return output.data, *[operand.grad for operand in operands]

    return Prepared(run, lambda result: [np.asarray(array) for array in result])
