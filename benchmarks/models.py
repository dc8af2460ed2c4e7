"""Ten small models, written once in NumPy's names, and the process that runs them for one peer.

Started by `workers.py` as `python -m benchmarks.models PEER DESCRIPTOR`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from benchmarks.worker import batch, calls_in, serve

Params = list[Any]
Run = Callable[[], tuple[Any, Sequence[Any]]]


@dataclass(frozen=True)
class Model:
    """A loss of parameters, written with the functions of the namespace `xp`."""

    loss: Callable[[Any, Params, Sequence[Any]], Any]
    params: Params
    data: Sequence[Any]


def _draw(*shapes: tuple[int, ...], seed: int = 1) -> list[Any]:
    random = np.random.default_rng(seed)
    return [random.standard_normal(shape) for shape in shapes]


def _softmax(xp: Any, scores: Any) -> Any:
    powers = xp.exp(scores - xp.max(scores, axis=-1, keepdims=True))
    return powers / xp.sum(powers, axis=-1, keepdims=True)


def _logsumexp(xp: Any, values: Any) -> Any:
    peak = xp.max(values, axis=-1, keepdims=True)
    return xp.log(xp.sum(xp.exp(values - peak), axis=-1)) + peak[:, 0]


def logistic_regression(xp: Any, params: Params, data: Sequence[Any]) -> Any:
    """The loss of labels -1 and 1, with a penalty."""
    (w, b), (features, labels) = params, data
    scores = labels * (features @ w + b)
    return xp.mean(xp.log(1 + xp.exp(-scores))) + 0.01 * xp.sum(w * w)


def mixture(xp: Any, params: Params, data: Sequence[Any]) -> Any:
    """The likelihood of a mixture of Gaussians with diagonal covariances."""
    (logits, means, log_scales), (points,) = params, data
    scaled = (points[:, None, :] - means) * xp.exp(-log_scales)
    each = -0.5 * xp.sum(scaled * scaled, axis=-1) - xp.sum(log_scales, axis=-1) + logits
    return -xp.sum(_logsumexp(xp, each)) + len(points) * xp.log(xp.sum(xp.exp(logits)))


def attention(xp: Any, params: Params, data: Sequence[Any]) -> Any:
    """Four heads of attention, and a least squares on what they give."""
    (query, key, value, out), (words, target) = params, data
    q = xp.einsum("btd,dhk->bhtk", words, query)
    k = xp.einsum("btd,dhk->bhtk", words, key)
    v = xp.einsum("btd,dhk->bhtk", words, value)
    weights = _softmax(xp, xp.einsum("bhtk,bhsk->bhts", q, k) * 0.25)
    mixed = xp.einsum("bhts,bhsk->bthk", weights, v)
    error = xp.einsum("bthk,hkd->btd", mixed, out) - target
    return xp.mean(error * error)


def rnn(xp: Any, params: Params, data: Sequence[Any]) -> Any:
    """50 steps of a recurrent network."""
    (inner, outer, bias, readout), (steps, target) = params, data
    state = xp.tanh(steps[0] @ outer + bias)
    for step in steps[1:]:
        state = xp.tanh(state @ inner + step @ outer + bias)
    error = state @ readout - target
    return xp.mean(error * error)


def cnn(xp: Any, params: Params, data: Sequence[Any]) -> Any:
    """Two convolutions by windows, and a linear readout."""
    (first, second, readout), (images, target) = params, data
    hidden = images
    for kernel in (first, second):
        rows, columns = hidden.shape[1] - 2, hidden.shape[2] - 2
        parts = [
            hidden[:, i : i + rows, j : j + columns] @ kernel[i, j]
            for i in range(3)
            for j in range(3)
        ]
        total = parts[0]
        for part in parts[1:]:
            total = total + part
        hidden = xp.where(total > 0, total, 0.0 * total)
    error = xp.mean(hidden, axis=(1, 2)) @ readout - target
    return xp.mean(error * error)


def flow(xp: Any, params: Params, data: Sequence[Any]) -> Any:
    """Six affine couplings of a normalising flow, each with a small network."""
    (points,) = data
    left, right = points[:, :4], points[:, 4:]
    volume = 0.0
    for n in range(0, len(params), 3):
        weights, scale, shift = params[n : n + 3]
        hidden = xp.tanh(left @ weights)
        stretch = xp.tanh(hidden @ scale)
        left, right = right * xp.exp(stretch) + hidden @ shift, left
        volume = volume + xp.sum(stretch)
    end = xp.concatenate([left, right], axis=1)
    return (0.5 * xp.sum(end * end) - volume) / len(points)


def kalman(xp: Any, params: Params, data: Sequence[Any]) -> Any:
    """The likelihood of 30 observations by a Kalman filter."""
    (moves, sees, log_noise), (observed, identity, seen_identity) = params, data
    mean, covariance = 0.0 * moves[0], identity
    noise, loss = xp.exp(log_noise), 0.0
    for seen in observed:
        mean = moves @ mean
        covariance = moves @ covariance @ moves.T + noise[0] * identity
        error = seen - sees @ mean
        crossed = covariance @ sees.T
        spread = sees @ crossed + noise[1] * seen_identity
        gain = xp.linalg.solve(spread, crossed.T).T
        loss = loss + xp.linalg.slogdet(spread)[1] + error @ xp.linalg.inv(spread) @ error
        mean = mean + gain @ error
        covariance = covariance - gain @ crossed.T
    return loss


def gaussian_process(xp: Any, params: Params, data: Sequence[Any]) -> Any:
    """The marginal likelihood of a Gaussian process, by Cholesky's factorisation."""
    (log_lengths, log_scale, log_noise), (points, values, identity) = params, data
    scaled = points * xp.exp(-log_lengths)
    norms = xp.sum(scaled * scaled, axis=1)
    squared = norms[:, None] + norms[None, :] - 2 * (scaled @ scaled.T)
    kernel = xp.exp(log_scale - 0.5 * squared) + xp.exp(log_noise) * identity
    factor = xp.linalg.cholesky(kernel)
    whitened = xp.linalg.solve(factor, values)
    return 0.5 * xp.sum(whitened * whitened) + xp.sum(xp.log(xp.diagonal(factor, 0, -1, -2)))


def factorisation(xp: Any, params: Params, data: Sequence[Any]) -> Any:
    """The least squares of a matrix, known in part, and a product of two."""
    (rows, columns), (known, mask) = params, data
    error = mask * (rows @ columns.T - known)
    return xp.sum(error * error) + 0.1 * (xp.sum(rows * rows) + xp.sum(columns * columns))


def ode(xp: Any, params: Params, data: Sequence[Any]) -> Any:
    """20 Runge–Kutta steps of hunters and prey."""
    (rates, start), (target,) = params, data

    def slope(state: Any) -> Any:
        met = state[0] * state[1]
        grown = rates[0] * state[0] - rates[1] * met
        return xp.stack([grown, rates[2] * met - rates[3] * state[1]])

    state, step = start, 0.05
    for _ in range(20):
        one = slope(state)
        two = slope(state + 0.5 * step * one)
        three = slope(state + 0.5 * step * two)
        four = slope(state + step * three)
        state = state + step / 6 * (one + 2 * two + 2 * three + four)
    error = state - target
    return xp.sum(error * error)


def _labels(count: int) -> Any:
    return np.sign(_draw((count,), seed=9)[0])


MODELS: dict[str, Model] = {
    "logistic regression": Model(
        logistic_regression, _draw((20,), ()), [*_draw((500, 20)), _labels(500)]
    ),
    "mixture": Model(mixture, _draw((5,), (5, 8), (5, 8)), _draw((300, 8), seed=2)),
    "attention": Model(
        attention,
        [x / 6 for x in _draw(*[(32, 4, 16)] * 3, (4, 16, 32))],
        _draw((4, 24, 32), (4, 24, 32), seed=2),
    ),
    "RNN, 50 steps": Model(
        rnn,
        [x / 4 for x in _draw((16, 16), (8, 16), (16,), (16, 4))],
        _draw((50, 8, 8), (8, 4), seed=2),
    ),
    "CNN by windows": Model(
        cnn,
        [x / 3 for x in _draw((3, 3, 1, 8), (3, 3, 8, 8), (8, 10))],
        _draw((8, 14, 14, 1), (8, 10), seed=2),
    ),
    "normalising flow": Model(
        flow, [x / 4 for x in _draw(*[(4, 16), (16, 4), (16, 4)] * 6)], _draw((128, 8), seed=2)
    ),
    "Kalman filter": Model(
        kalman,
        [0.5 * np.eye(4) + 0.1 * _draw((4, 4))[0], *_draw((2, 4), (2,))],
        [*_draw((30, 2), seed=2), np.eye(4), np.eye(2)],
    ),
    "Gaussian process": Model(
        gaussian_process, _draw((3,), (), ()), [*_draw((60, 3), (60,), seed=2), np.eye(60)]
    ),
    "matrix factorisation": Model(
        factorisation,
        _draw((60, 5), (50, 5)),
        [*_draw((60, 50), seed=2), (_draw((60, 50), seed=3)[0] > 0).astype(float)],
    ),
    "ODE, 20 steps": Model(
        ode, [np.array([1.0, 0.5, 0.5, 1.0]), np.array([1.0, 2.0])], [np.array([1.5, 1.0])]
    ),
}


def einsum_grad(model: Model) -> Run:
    """Ours."""
    import einsum_grad as eg

    both = eg.value_and_grad(lambda params: model.loss(np, params, model.data))
    return lambda: both(model.params)


def autograd(model: Model) -> Run:
    """HIPS autograd."""
    import autograd.numpy as anp
    from autograd import value_and_grad

    both = value_and_grad(lambda params: model.loss(anp, params, model.data))
    return lambda: both(model.params)


def torch(model: Model) -> Run:
    """PyTorch, eager."""
    import torch
    from array_api_compat import torch as xp

    data = [torch.tensor(array) for array in model.data]
    params = [torch.tensor(array, requires_grad=True) for array in model.params]

    def run() -> tuple[Any, Sequence[Any]]:
        loss = model.loss(xp, params, data)
        return loss.detach(), torch.autograd.grad(loss, params)

    return run


def jax(model: Model) -> Run:
    """JAX, compiled."""
    import jax

    jax.config.update("jax_enable_x64", val=True)
    data = [jax.numpy.asarray(array) for array in model.data]
    params = [jax.numpy.asarray(array) for array in model.params]
    both = jax.jit(jax.value_and_grad(lambda params: model.loss(jax.numpy, params, data)))
    return lambda: jax.block_until_ready(both(params))


PEERS: dict[str, Callable[[Model], Run]] = {
    "einsum-grad": einsum_grad,
    "autograd": autograd,
    "torch": torch,
    "jax.jit": jax,
}


class Session:
    """What a worker has prepared, and the requests it answers; as in `worker.py`."""

    def __init__(self, peer: str) -> None:
        self._peer = peer

    def describe(self) -> str:
        """Return the peer's name."""
        return self._peer

    def prepare(self, model: str, dtype: str, seconds: float) -> int:
        """Prepare and warm up a model; return how many calls take about `seconds`."""
        self._run = PEERS[self._peer](MODELS[model])
        self._run()
        return calls_in(self._run, seconds)

    def results(self) -> list[Any]:
        """Return the value and the gradients."""
        value, gradients = self._run()
        return [np.asarray(array) for array in (value, *gradients)]

    def time(self, calls: int) -> float:
        """Return the seconds a call takes, in a batch of `calls`."""
        return batch(self._run, calls)


if __name__ == "__main__":
    _, name, descriptor = sys.argv
    serve(Connection(int(descriptor)), Session(name))
