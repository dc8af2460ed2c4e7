"""A JAX module of einsum-grad: `jax.jit` of its `apply` and JAX's VJP of that."""

from __future__ import annotations

from benchmarks.case import Problem
from benchmarks.peers import Prepared
from benchmarks.peers.emitted import functions_of
from benchmarks.peers.jax import compiled, describe, differentiated

__all__ = ["describe", "prepare"]


def prepare(problem: Problem) -> Prepared:
    """Emit the module for the shapes of the problem; the first run compiles."""
    return compiled(problem, differentiated(functions_of(problem, "jax")["apply"]))
