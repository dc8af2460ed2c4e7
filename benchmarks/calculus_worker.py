"""The process of one side of `calculus.py`: it prepares problems and times them on request.

Started by `workers.py` as `python -m benchmarks.calculus_worker PEER DESCRIPTOR`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from benchmarks.case import Array
from benchmarks.worker import batch, calls_in, serve

Run = Callable[[], Any]


@dataclass(frozen=True)
class Problem:
    """A sentence, its declarations and its variable; `drawn` says how arrays are drawn."""

    text: str
    given: str
    wrt: str
    sizes: Mapping[str, int]
    drawn: Mapping[str, str] = field(default_factory=dict)

    def arrays(self) -> dict[str, Array]:
        """Random arrays, always the same ones."""
        random = np.random.default_rng(0)
        found = {}
        for part in self.given.split(","):
            name, _, axes = part.strip().partition(":")
            shape = [self.sizes[axis] for axis in axes.split()]
            found[name] = _DRAWN[self.drawn.get(name, "")](random, shape)
        return found


def _definite(random: Any, shape: Any) -> Array:
    root = random.standard_normal(shape)
    return np.asarray(root @ root.T / shape[0] + np.eye(shape[0]))


_DRAWN: Mapping[str, Callable[[Any, Any], Array]] = {
    "": lambda random, shape: np.asarray(0.1 * random.standard_normal(shape)),
    "signs": lambda random, shape: np.asarray(random.choice([-1.0, 1.0], shape)),
    "counts": lambda random, shape: random.poisson(1.0, shape).astype(float),
    "onehot": lambda random, shape: np.eye(shape[1])[random.integers(shape[1], size=shape[0])],
    "definite": _definite,
}

_DATA = {"n": 2000, "d": 300}
PROBLEMS: Mapping[str, Problem] = {
    "logistic 2000×300": Problem(
        "sum(log(1 + exp(-y * (X @ w))))", "X: n d, w: d, y: n", "w", _DATA, {"y": "signs"}
    ),
    "‖T−UVᵀ‖² by U, 200×5": Problem(
        "sum((T - U @ V.T)**2)", "T: m n, U: m k, V: n k", "U", {"m": 200, "n": 200, "k": 5}
    ),
    "softmax cross-entropy 1000×50, 10 classes": Problem(
        "-sum(Y * log_softmax(X @ W, axis=1))",
        "X: n d, W: d c, Y: n c",
        "W",
        {"n": 1000, "d": 50, "c": 10},
        {"Y": "onehot"},
    ),
    "Gaussian log-likelihood 2000×50, by the precision": Problem(
        "n * logdet(P) / 2 - trace(X @ P @ X.T) / 2",
        "X: n d, P: d d",
        "P",
        {"n": 2000, "d": 50},
        {"P": "definite"},
    ),
    "Poisson 2000×300": Problem(
        "sum(exp(X @ w) - y * (X @ w))", "X: n d, w: d, y: n", "w", _DATA, {"y": "counts"}
    ),
    "ridge 2000×300": Problem(
        "sum((X @ w - y)**2) + 0.1 * (w @ w)", "X: n d, w: d, y: n", "w", _DATA
    ),
    "layer norm 500×64": Problem(
        "m = mean(X, axis=1, keepdims=True); v = mean((X - m)**2, axis=1, keepdims=True); "
        "sum(C * ((X - m) / sqrt(v + 0.01) * g))",
        "X: n d, C: n d, g: d",
        "X",
        {"n": 500, "d": 64},
    ),
}

KINDS = ("value and gradient", "Hessian", "Hessian times a vector", "Newton step")
_NEWTON = "‖T−UVᵀ‖²"

TASKS: Mapping[str, tuple[Problem, str]] = {
    f"{name}: {kind}": (problem, kind)
    for name, problem in PROBLEMS.items()
    for kind in KINDS
    if not (kind == "Hessian" and name.startswith("layer norm"))
    if not (kind == "Newton step" and not name.startswith(_NEWTON))
}
"""Every problem with each kind of derivative; the Hessian of layer norm has 10⁹ entries."""


def ours(problem: Problem, kind: str) -> Run:
    """What we run."""
    import einsum_grad as eg

    arrays = problem.arrays()
    derived = eg.derive(problem.text, problem.given, problem.wrt)
    vector = arrays[problem.wrt]
    runs: dict[str, Run] = {
        "value and gradient": lambda: derived.value_and_gradient(**arrays),
        "Hessian": lambda: derived.hessian(**arrays),
        "Hessian times a vector": lambda: derived.hessian_vector(vector, **arrays),
        "Newton step": lambda: derived.hessian.at(**arrays).solve(derived.gradient(**arrays)),
    }
    return runs[kind]


def jax(problem: Problem, kind: str) -> Run:
    """What JAX runs, compiled as one."""
    import jax

    jax.config.update("jax_enable_x64", True)
    numpy = jax.numpy
    names = {
        **{name: getattr(numpy, name) for name in ("sum", "log", "exp", "mean", "sqrt", "trace")},
        "log_softmax": jax.nn.log_softmax,
        "logdet": lambda x: numpy.linalg.slogdet(x)[1],
        **problem.sizes,
    }
    arrays = {name: jax.device_put(array) for name, array in problem.arrays().items()}
    variable = arrays.pop(problem.wrt)

    def value(x: Any, others: Any) -> Any:
        known = {**names, **others, problem.wrt: x}
        *lines, last = problem.text.split(";")
        for line in lines:
            name, _, right = line.partition("=")
            known[name.strip()] = eval(right.strip(), known)
        return eval(last.strip(), known)

    gradient, hessian = jax.grad(value), jax.hessian(value)

    def step(x: Any, others: Any) -> Any:
        dense = hessian(x, others).reshape(x.size, x.size)
        return numpy.linalg.solve(dense, gradient(x, others).ravel()).reshape(x.shape)

    kinds = {
        "value and gradient": jax.value_and_grad(value),
        "Hessian": hessian,
        "Hessian times a vector": lambda x, others: jax.jvp(
            lambda moved: gradient(moved, others), (x,), (x,)
        )[1],
        "Newton step": step,
    }
    compiled = jax.jit(kinds[kind])
    return lambda: jax.block_until_ready(compiled(variable, arrays))


class Session:
    """What a worker has prepared, and the requests it answers: its methods without underscore."""

    def __init__(self, peer: str) -> None:
        self._peer = peer
        self._run: Run = lambda: None

    def describe(self) -> str:
        """Return the peer's name."""
        return self._peer

    def prepare(self, name: str, dtype: str, seconds: float) -> int:
        """Prepare and warm up a problem; return how many calls take about `seconds`."""
        self._run = {"ours": ours, "jax": jax}[self._peer](*TASKS[name])
        self._run()
        return calls_in(self._run, seconds)

    def results(self) -> list[Array]:
        """Return the arrays."""
        found = self._run()
        return [np.asarray(x) for x in (found if isinstance(found, (tuple, list)) else [found])]

    def time(self, calls: int) -> float:
        """Return the seconds a call takes, in a batch of `calls`."""
        return batch(self._run, calls)


if __name__ == "__main__":
    _, peer, descriptor = sys.argv
    serve(Connection(int(descriptor)), Session(peer))
