"""JAX: `jax.jit` of `jnp.einsum` and its VJP for all operands, compiled and warmed."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.case import Problem
from benchmarks.peers import Prepared


def describe() -> str:
    """Return the version and the device."""
    return f"jax {jax.__version__} on {jax.devices()[0].platform}, XLA's default threads"


def prepare(problem: Problem) -> Prepared:
    """Put the arrays on the device; the first run compiles."""
    jax.clear_caches()
    jax.config.update("jax_enable_x64", problem.cotangent.dtype == np.float64)
    operands = [jax.device_put(array) for array in problem.operands]
    cotangent = jax.device_put(problem.cotangent)
    einsum = partial(jnp.einsum, problem.pattern)

    @jax.jit  # type: ignore[untyped-decorator]  # jax is not checked
    def step(cotangent: Any, *operands: Any) -> tuple[Any, ...]:
        output, pullback = jax.vjp(einsum, *operands)
        return output, *pullback(cotangent)

    def run() -> Any:
        return jax.block_until_ready(step(cotangent, *operands))

    return Prepared(run, lambda result: [np.asarray(array) for array in result])
