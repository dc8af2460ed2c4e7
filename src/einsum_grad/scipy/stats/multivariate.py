"""Distributions of vectors, which are the last axis; of the Dirichlet's, as in SciPy, the first."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from einsum_grad.autograd.tape.ownership import look
from einsum_grad.autograd.tape.refusals import as_operand
from einsum_grad.errors import OperandError
from einsum_grad.installed import imported
from einsum_grad.scipy.stats.distribution import Beside

special = imported("scipy.special")


class MultivariateNormal(Beside):
    """The normal distribution of vectors, by its mean and covariance.

    The covariance is a matrix, a vector for a diagonal one, or a number for a multiple of the
    identity. With `allow_singular` its pseudo-inverse counts, and the density is that on the
    subspace which it spans.
    """

    name = "multivariate_normal"

    def logpdf(self, x: Any, mean: Any = None, cov: Any = 1, allow_singular: bool = False) -> Any:
        """The logarithm of the density at each vector."""
        mean, cov = _parameters(mean, cov)
        points = np.reshape(as_operand(x, "multivariate_normal"), _layout(x, np.shape(cov)[-1]))
        distances, logarithm, rank = _distances(points - mean, cov, allow_singular)
        total = rank * math.log(2 * math.pi) + logarithm + np.sum(distances, axis=-1)
        return np.squeeze(-total / 2)

    def pdf(self, x: Any, mean: Any = None, cov: Any = 1, allow_singular: bool = False) -> Any:
        """The density at each vector."""
        return np.exp(self.logpdf(x, mean, cov, allow_singular))

    def entropy(self, mean: Any = None, cov: Any = 1) -> Any:
        """The differential entropy, in nats."""
        _, cov = _parameters(mean, cov)
        size = np.shape(cov)[-1]
        return (size * (1 + math.log(2 * math.pi)) + np.linalg.slogdet(cov).logabsdet) / 2


def _parameters(mean: Any, cov: Any) -> tuple[Any, Any]:
    """The mean, and the covariance as a matrix of the size that either of them has."""
    mean = as_operand(0 if mean is None else mean, "multivariate_normal")
    cov = as_operand(cov, "multivariate_normal")
    size = next((x.shape[-1] for x in (cov, mean) if np.ndim(x)), 1)
    return mean, np.eye(size) * cov if np.ndim(cov) < 2 else cov


def _layout(x: Any, size: int) -> tuple[int, ...]:
    """The shape of the points: a vector is one point, or of one variable many points."""
    shape = np.shape(x)
    return (*shape, 1) if size == 1 and len(shape) < 2 else shape


def _distances(deviation: Any, cov: Any, allow_singular: bool) -> tuple[Any, Any, int]:
    """Terms whose sum is the squared distance, the logarithm of the determinant, and the rank."""
    if not allow_singular:
        columns = np.reshape(deviation, (-1, np.shape(cov)[-1])).T
        solved = np.reshape(np.linalg.solve(cov, columns).T, np.shape(deviation))
        return deviation * solved, np.linalg.slogdet(cov).logabsdet, np.shape(cov)[-1]
    values, vectors = np.linalg.eigh(cov)
    cutoff = 1e6 * np.finfo(look(values).dtype).eps * np.max(np.abs(look(values)))
    kept = np.flatnonzero(look(values) > cutoff)
    values, along = values[kept], (deviation @ vectors)[..., kept]
    return along * along / values, np.sum(np.log(values)), len(kept)


class Dirichlet(Beside):
    """The distribution of probabilities x that sum to 1; `alpha` has one number for each."""

    name = "dirichlet"

    def logpdf(self, x: Any, alpha: Any) -> Any:
        """The logarithm of the density; x may lack its last probability."""
        x, alpha = (as_operand(value, "dirichlet") for value in (x, alpha))
        if np.ndim(alpha) != 1 or np.ndim(x) == 0:
            raise OperandError(
                "dirichlet takes a vector alpha, and probabilities on the first axis"
            )
        if len(x) == len(alpha) - 1:
            x = np.concatenate([x, 1 - np.sum(x, axis=0, keepdims=True)])
        scale = np.sum(special.gammaln(alpha)) - special.gammaln(np.sum(alpha))
        powers = np.reshape(alpha - 1, (-1,) + (1,) * (np.ndim(x) - 1))
        return np.sum(special.xlogy(powers, x), axis=0) - scale

    def pdf(self, x: Any, alpha: Any) -> Any:
        """The density."""
        return np.exp(self.logpdf(x, alpha))


multivariate_normal = MultivariateNormal()
dirichlet = Dirichlet()
