"""A JAX module of einsum-grad: `jax.jit` of its `save`, `output` and `pullback`."""

from __future__ import annotations

from typing import Any

from benchmarks.case import Problem
from benchmarks.peers import Prepared
from benchmarks.peers.emitted import functions_of
from benchmarks.peers.jax import compiled, describe

__all__ = ["describe", "prepare"]


def prepare(problem: Problem) -> Prepared:
    """Emit the module for the shapes of the problem; the first run compiles."""
    functions = functions_of(problem, "jax")
    save, output, pullback = functions.get("save"), functions["output"], functions["pullback"]

    def step(cotangent: Any, *operands: Any) -> tuple[Any, ...]:
        saved = [save(*operands)] if save else []
        return output(*operands, *saved), *pullback(cotangent, *operands, *saved)

    return compiled(problem, step)
