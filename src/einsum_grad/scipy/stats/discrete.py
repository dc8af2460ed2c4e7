"""Discrete distributions: their probabilities are N. Johnson, A. Kemp and S. Kotz's, "Univariate
Discrete Distributions" (2005), in the parameters of SciPy.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from einsum_grad.autograd.tape.ownership import look
from einsum_grad.installed import imported
from einsum_grad.scipy.stats.distribution import Distribution, Function

special = imported("scipy.special")


@dataclass(frozen=True, slots=True)
class Discrete(Distribution):
    """Probabilities of integers, moved by `loc`; their gradients are those by the shape."""

    log_probability: Function
    below: Function
    least: int = 0
    most: Function = lambda *shape: math.inf

    def logpmf(self, *args: Any, **given: Any) -> Any:
        """The logarithm of the probability of k; minus infinity where k is not possible."""
        k, shape = self._moved(args, given)
        possible = (k == np.floor(k)) & (k >= self.least) & (k <= look(self.most(*shape)))
        inside = np.where(possible, k, self.least)
        return np.where(possible, self.log_probability(inside, *shape), -math.inf)

    def pmf(self, *args: Any, **given: Any) -> Any:
        """The probability of k."""
        return np.exp(self.logpmf(*args, **given))

    def cdf(self, *args: Any, **given: Any) -> Any:
        """The probability of a value up to k."""
        k, shape = self._moved(args, given)
        inside = np.floor(np.clip(k, self.least, look(self.most(*shape))))
        return np.where(k < self.least, 0, self.below(inside, *shape))

    def _moved(self, args: tuple[Any, ...], given: Any) -> tuple[Any, list[Any]]:
        k, *shape, loc = self.read(args, given)
        return look(k) - look(loc), shape


def _discrete(name: str, *shape: str, **functions: Any) -> Discrete:
    return Discrete(name, ("k", *shape), {"loc": 0}, **functions)


def _log_binomial(k: Any, n: Any, p: Any) -> Any:
    choices = special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)
    return choices + special.xlogy(k, p) + special.xlog1py(n - k, -p)


def _log_negative_binomial(k: Any, n: Any, p: Any) -> Any:
    choices = special.gammaln(n + k) - special.gammaln(k + 1) - special.gammaln(n)
    return choices + special.xlogy(n, p) + special.xlog1py(k, -p)


def _binomial_below(k: Any, n: Any, p: Any) -> Any:
    more = look(n) - k
    return np.where(more > 0, special.betaincc(k + 1, np.where(more > 0, more, 1), p), 1)


bernoulli = _discrete(
    "bernoulli",
    "p",
    log_probability=lambda k, p: special.xlogy(k, p) + special.xlog1py(1 - k, -p),
    below=lambda k, p: np.where(k < 1, 1 - p, 1),
    most=lambda p: 1,
)
binom = _discrete(
    "binom",
    "n",
    "p",
    log_probability=_log_binomial,
    below=_binomial_below,
    most=lambda n, p: n,
)
geom = _discrete(
    "geom",
    "p",
    log_probability=lambda k, p: np.log(p) + special.xlog1py(k - 1, -p),
    below=lambda k, p: -np.expm1(k * np.log1p(-p)),
    least=1,
)
nbinom = _discrete(
    "nbinom",
    "n",
    "p",
    log_probability=_log_negative_binomial,
    below=lambda k, n, p: special.betainc(n, k + 1, p),
)
poisson = _discrete(
    "poisson",
    "mu",
    log_probability=lambda k, mu: special.xlogy(k, mu) - mu - special.gammaln(k + 1),
    below=lambda k, mu: special.gammaincc(k + 1, mu),
)
