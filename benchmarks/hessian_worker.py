"""The process of one side of `hessians.py`: it prepares problems and times them on request.

Started by `workers.py` as `python -m benchmarks.hessian_worker PEER DESCRIPTOR`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from benchmarks.case import Array
from benchmarks.worker import batch, calls_in, serve

Run = Callable[[], Any]

BILINEAR = 2000
ROWS, COLUMNS, RANK = 200, 200, 5


def bilinear(dtype: str) -> tuple[Array, Array]:
    """The vector and the matrix of `i,ij,j->`."""
    random = np.random.default_rng(0)
    x = random.standard_normal(BILINEAR).astype(dtype)
    return x, random.standard_normal((BILINEAR, BILINEAR)).astype(dtype)


def factors(dtype: str) -> tuple[Array, Array, Array]:
    """The matrix T of ‖T − UVᵀ‖², and its factors."""
    random = np.random.default_rng(0)
    shapes = ((ROWS, COLUMNS), (ROWS, RANK), (COLUMNS, RANK))
    t, u, v = (random.standard_normal(shape).astype(dtype) for shape in shapes)
    return t, u, v


def our_hessian(dtype: str) -> Run:
    """The Hessian of the bilinear form, dense."""
    import einsum_grad as eg

    x, a = bilinear(dtype)
    hessian = eg.compile("i,ij,j->").hessian((0, 2), (0, 2))
    return lambda: hessian.materialize(x, a, x)


def our_product(dtype: str) -> Run:
    """The same Hessian times a vector."""
    import einsum_grad as eg

    x, a = bilinear(dtype)
    hessian = eg.compile("i,ij,j->").hessian((0, 2), (0, 2))
    return lambda: hessian.matvec(x, x, a, x)


def our_step(dtype: str) -> Run:
    """The Newton step of U, with the Hessian of the least squares as JᵀJ."""
    import einsum_grad as eg

    t, u, v = factors(dtype)
    f = eg.compile("ik,jk->ij", wrt=0)
    jacobian = f.jacobian(0)

    def step() -> Array:
        product, pullback = f.vjp(u, v)
        (gradient,) = pullback(product - t)
        j = jacobian.at(u, v)
        result: Array = u - (j.T @ j).solve(gradient)
        return result

    return step


def our_dense_step(dtype: str) -> Run:
    """The same step through our own dense matrix."""
    import einsum_grad as eg

    t, u, v = factors(dtype)
    f = eg.compile("ik,jk->ij", wrt=0)
    jacobian = f.jacobian(0)

    def step() -> Array:
        product, pullback = f.vjp(u, v)
        (gradient,) = pullback(product - t)
        j = jacobian.at(u, v)
        dense = (j.T @ j).materialize().reshape(u.size, u.size)
        result: Array = u - np.linalg.solve(dense, gradient.ravel()).reshape(u.shape)
        return result

    return step


def jax_hessian(dtype: str) -> Run:
    """`jax.hessian` of the bilinear form."""
    jax = _jax(dtype)
    x, a = map(jax.device_put, bilinear(dtype))
    hessian = jax.jit(jax.hessian(lambda x, a: jax.numpy.einsum("i,ij,j->", x, a, x)))
    return lambda: jax.block_until_ready(hessian(x, a))


def jax_product(dtype: str) -> Run:
    """JAX's own product of a Hessian and a vector, forward over reverse."""
    jax = _jax(dtype)
    x, a = map(jax.device_put, bilinear(dtype))

    def product(x: Any, a: Any, v: Any) -> Any:
        gradient = jax.grad(lambda x: jax.numpy.einsum("i,ij,j->", x, a, x))
        return jax.jvp(gradient, (x,), (v,))[1]

    compiled = jax.jit(product)
    return lambda: jax.block_until_ready(compiled(x, a, x))


def jax_step(dtype: str) -> Run:
    """The Newton step of U through `jax.hessian` and `jnp.linalg.solve`, compiled as one."""
    jax = _jax(dtype)
    t, u, v = map(jax.device_put, factors(dtype))

    def loss(u: Any, v: Any, t: Any) -> Any:
        return jax.numpy.sum((t - jax.numpy.einsum("ik,jk->ij", u, v)) ** 2)

    def step(u: Any, v: Any, t: Any) -> Any:
        dense = jax.hessian(loss)(u, v, t).reshape(u.size, u.size)
        gradient = jax.grad(loss)(u, v, t)
        return u - jax.numpy.linalg.solve(dense, gradient.ravel()).reshape(u.shape)

    compiled = jax.jit(step)
    return lambda: jax.block_until_ready(compiled(u, v, t))


def _jax(dtype: str) -> Any:
    import jax

    jax.config.update("jax_enable_x64", dtype == "float64")
    return jax


PROBLEMS: Mapping[str, tuple[Mapping[str, Callable[[str], Run]], float]] = {
    f"Hessian of i,ij,j-> at n = {BILINEAR}, dense": (
        {"ours": our_hessian, "jax": jax_hessian},
        20,
    ),
    "that Hessian times a vector": ({"ours": our_product, "jax": jax_product}, 0),
    f"Newton step of U in |T-UV'|², {ROWS}×{RANK}": ({"ours": our_step, "jax": jax_step}, 100),
    "that step through our own dense matrix": ({"ours": our_dense_step, "jax": jax_step}, 0),
}
"""For each problem what a side runs, and how many times faster than JAX we want to be."""


class Session:
    """What a worker has prepared, and the requests it answers: its methods without underscore."""

    def __init__(self, peer: str) -> None:
        self._peer = peer
        self._run: Run = lambda: None

    def describe(self) -> str:
        """Return the peer's version."""
        if self._peer == "jax":
            import jax

            return f"jax: {jax.__version__} on {jax.devices()[0].platform}"
        import einsum_grad as eg

        return f"ours: einsum-grad {eg.__version__}, NumPy {np.__version__}"

    def prepare(self, name: str, dtype: str, seconds: float) -> int:
        """Prepare and warm up a problem; return how many calls take about `seconds`."""
        self._run = PROBLEMS[name][0][self._peer](dtype)
        self._run()
        return calls_in(self._run, seconds)

    def results(self) -> list[Array]:
        """Return the result."""
        return [np.asarray(self._run())]

    def time(self, calls: int) -> float:
        """Return the seconds a call takes, in a batch of `calls`."""
        return batch(self._run, calls)


if __name__ == "__main__":
    _, name, descriptor = sys.argv
    serve(Connection(int(descriptor)), Session(name))
