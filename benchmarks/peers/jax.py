"""JAX: `jax.jit` of `jnp.einsum` and its VJP for all operands, compiled and warmed."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.case import Problem
from benchmarks.peers import Prepared


def describe() -> str:
    """Return the version, the device and what XLA is told of threads."""
    threads = os.environ.get("XLA_FLAGS") or "XLA's default threads"
    return f"jax {jax.__version__} on {jax.devices()[0].platform}, {threads}"


def prepare(problem: Problem) -> Prepared:
    """Put the arrays on the device; the first run compiles."""
    return compiled(problem, differentiated(partial(jnp.einsum, problem.pattern)))


def differentiated(function: Callable[..., Any]) -> Callable[..., tuple[Any, ...]]:
    """Return the output and JAX's gradients of `function` for a cotangent, as one function."""

    def step(cotangent: Any, *operands: Any) -> tuple[Any, ...]:
        output, pullback = jax.vjp(function, *operands)
        return output, *pullback(cotangent)

    return step


def compiled(problem: Problem, step: Callable[..., tuple[Any, ...]]) -> Prepared:
    """Compile `step`, which takes the cotangent and the operands."""
    jax.clear_caches()
    jax.config.update("jax_enable_x64", problem.cotangent.dtype == np.float64)
    arrays = [jax.device_put(array) for array in (problem.cotangent, *problem.operands)]
    made = jax.jit(step)

    def run() -> Any:
        return jax.block_until_ready(made(*arrays))

    return Prepared(run, lambda result: [np.asarray(array) for array in result])
