"""einsum-grad compiled for the target numba: output and gradients in one pass over memory.

Kernels are compiled anew in each run, as `jax.jit` does, and not read from disk.
"""

from __future__ import annotations

import os
import tempfile
from typing import Any

import numba

import einsum_grad as eg
from benchmarks.case import Problem
from benchmarks.peers import Prepared
from benchmarks.peers.ours import as_arrays

_FOLDER = tempfile.TemporaryDirectory()
os.environ["EINSUM_GRAD_CACHE_DIR"] = _FOLDER.name


def describe() -> str:
    """Return the versions and the threads."""
    return (
        f"einsum-grad {eg.__version__}, numba {numba.__version__}, {eg.get_num_threads()} threads"
    )


def prepare(problem: Problem) -> Prepared:
    """Compile the pattern; the first run compiles its kernels."""
    eg.cache_clear()
    function = eg.compile(problem.pattern, target="numba")
    operands, cotangent = problem.operands, problem.cotangent

    def run() -> tuple[Any, ...]:
        output, gradients = function.value_and_gradients(cotangent, *operands)
        return output, *gradients

    return Prepared(run, as_arrays)
