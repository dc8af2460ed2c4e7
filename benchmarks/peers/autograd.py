"""HIPS autograd: `make_vjp` of `autograd.numpy.einsum` for all operands."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import autograd.numpy as anp
import numpy as np
from autograd import make_vjp

from benchmarks.case import Problem
from benchmarks.peers import Prepared


def describe() -> str:
    """Return the versions."""
    return f"autograd {version('autograd')}, NumPy {np.__version__}"


def prepare(problem: Problem) -> Prepared:
    """Ask for the gradients of all operands; the forward may choose its own order."""
    operands, cotangent, pattern = problem.operands, problem.cotangent, problem.pattern

    def einsum(*operands: Any) -> Any:
        return anp.einsum(pattern, *operands, optimize=True)

    traced = make_vjp(einsum, tuple(range(len(operands))))

    def run() -> tuple[Any, ...]:
        pullback, output = traced(*operands)
        return output, *pullback(cotangent)

    return Prepared(run, lambda result: [np.asarray(array) for array in result])
