"""einsum-grad: output and gradients of a compiled function, the cotangent known beforehand.

So it is for `jax.jit` too. `vjp` and its pullback, for a cotangent that comes later, are the peer
`pullback`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import einsum_grad as eg
from benchmarks.case import Array, Problem
from benchmarks.peers import Prepared


def describe() -> str:
    """Return the versions."""
    return f"einsum-grad {eg.__version__}, NumPy {np.__version__}"


def prepare(problem: Problem) -> Prepared:
    """Compile the pattern."""
    function = eg.compile(problem.pattern)
    operands, cotangent = problem.operands, problem.cotangent

    def run() -> tuple[Any, ...]:
        output, gradients = function.value_and_gradients(cotangent, *operands)
        return output, *gradients

    return Prepared(run, as_arrays)


def as_arrays(result: Sequence[Any]) -> Sequence[Array]:
    """The output and the gradients as arrays."""
    return [np.asarray(array) for array in result]
