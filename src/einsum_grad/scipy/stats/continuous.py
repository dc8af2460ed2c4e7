"""Continuous distributions: their log-densities are N. Johnson, S. Kotz and N. Balakrishnan's,
"Continuous Univariate Distributions" (1994), in the parameters of SciPy.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from einsum_grad.installed import imported
from einsum_grad.scipy.stats.distribution import Distribution, Function, inside

special = imported("scipy.special")

HALF_LOG_2PI = math.log(2 * math.pi) / 2


@dataclass(frozen=True, slots=True)
class Continuous(Distribution):
    """A density with respect to length; `loc` moves the distribution and `scale` stretches it."""

    log_density: Function
    below: Function
    above: Function
    log_below: Function | None = None
    log_above: Function | None = None
    support: tuple[float, float] = (-math.inf, math.inf)

    def logpdf(self, *args: Any, **given: Any) -> Any:
        """The logarithm of the density; outside the support it is minus infinity."""
        x, *shape, loc, scale = self.read(args, given)
        z = (x - loc) / scale
        if math.isinf(self.support[0]):
            return self.log_density(z, *shape) - np.log(scale)
        within, z = inside(z, *self.support)
        return np.where(within, self.log_density(z, *shape) - np.log(scale), -math.inf)

    def pdf(self, *args: Any, **given: Any) -> Any:
        """The density."""
        return np.exp(self.logpdf(*args, **given))

    def cdf(self, *args: Any, **given: Any) -> Any:
        """The probability of a value up to x."""
        return self.below(*self._standardized(args, given))

    def sf(self, *args: Any, **given: Any) -> Any:
        """The probability of a value above x."""
        return self.above(*self._standardized(args, given))

    def logcdf(self, *args: Any, **given: Any) -> Any:
        """The logarithm of `cdf`."""
        if self.log_below is None:
            return _logarithm(self.cdf(*args, **given), self.sf(*args, **given))
        return self.log_below(*self._standardized(args, given))

    def logsf(self, *args: Any, **given: Any) -> Any:
        """The logarithm of `sf`."""
        if self.log_above is None:
            return _logarithm(self.sf(*args, **given), self.cdf(*args, **given))
        return self.log_above(*self._standardized(args, given))

    def _standardized(self, args: tuple[Any, ...], given: Any) -> list[Any]:
        x, *shape, loc, scale = self.read(args, given)
        z = (x - loc) / scale
        return [z if math.isinf(self.support[0]) else np.clip(z, *self.support), *shape]


def _logarithm(probability: Any, other: Any) -> Any:
    """The logarithm of a probability; of one near 1 by that of the other, without cancellation."""
    near = np.greater(probability, 0.5)
    return np.log1p(-np.where(near, other, 0)) + np.log(np.where(near, 1, probability))


def _continuous(name: str, *shape: str, **functions: Any) -> Continuous:
    return Continuous(name, ("x", *shape), {"loc": 0, "scale": 1}, **functions)


def _log_beta_density(z: Any, a: Any, b: Any) -> Any:
    logarithm = special.xlogy(a - 1, z) + special.xlog1py(b - 1, -z)
    return logarithm - special.betaln(a, b)


def _log_chi2_density(z: Any, df: Any) -> Any:
    half = df / 2
    return special.xlogy(half - 1, z) - z / 2 - special.gammaln(half) - half * math.log(2)


def _log_t_density(z: Any, df: Any) -> Any:
    scale = special.gammaln((df + 1) / 2) - special.gammaln(df / 2) - np.log(df * math.pi) / 2
    return scale - (df + 1) / 2 * np.log1p(z * z / df)


def _log_lognormal_density(z: Any, s: Any) -> Any:
    return -np.log(z) * (np.log(z) / (2 * s * s) + 1) - np.log(s) - HALF_LOG_2PI


def _laplace_below(z: Any) -> Any:
    tail = np.exp(-np.abs(z)) / 2
    return np.where(z < 0, tail, 1 - tail)


def _log_laplace_below(z: Any) -> Any:
    tail = -np.abs(z)
    return np.where(z < 0, tail - math.log(2), np.log1p(-np.exp(tail) / 2))


norm = _continuous(
    "norm",
    log_density=lambda z: -z * z / 2 - HALF_LOG_2PI,
    below=special.ndtr,
    above=lambda z: special.ndtr(-z),
    log_below=special.log_ndtr,
    log_above=lambda z: special.log_ndtr(-z),
)
t = _continuous(
    "t",
    "df",
    log_density=_log_t_density,
    below=lambda z, df: special.stdtr(df, z),
    above=lambda z, df: special.stdtr(df, -z),
)
cauchy = _continuous(
    "cauchy",
    log_density=lambda z: -np.log1p(z * z) - math.log(math.pi),
    below=lambda z: special.stdtr(1.0, z),
    above=lambda z: special.stdtr(1.0, -z),
)
laplace = _continuous(
    "laplace",
    log_density=lambda z: -np.abs(z) - math.log(2),
    below=_laplace_below,
    above=lambda z: _laplace_below(-z),
    log_below=_log_laplace_below,
    log_above=lambda z: _log_laplace_below(-z),
)
logistic = _continuous(
    "logistic",
    log_density=lambda z: special.log_expit(z) + special.log_expit(-z),
    below=special.expit,
    above=lambda z: special.expit(-z),
    log_below=special.log_expit,
    log_above=lambda z: special.log_expit(-z),
)
expon = _continuous(
    "expon",
    log_density=lambda z: -z,
    below=lambda z: -np.expm1(-z),
    above=lambda z: np.exp(-z),
    log_above=lambda z: -z,
    support=(0, math.inf),
)
gamma = _continuous(
    "gamma",
    "a",
    log_density=lambda z, a: special.xlogy(a - 1, z) - z - special.gammaln(a),
    below=lambda z, a: special.gammainc(a, z),
    above=lambda z, a: special.gammaincc(a, z),
    support=(0, math.inf),
)
chi2 = _continuous(
    "chi2",
    "df",
    log_density=_log_chi2_density,
    below=lambda z, df: special.gammainc(df / 2, z / 2),
    above=lambda z, df: special.gammaincc(df / 2, z / 2),
    support=(0, math.inf),
)
beta = _continuous(
    "beta",
    "a",
    "b",
    log_density=_log_beta_density,
    below=lambda z, a, b: special.betainc(a, b, z),
    above=lambda z, a, b: special.betaincc(a, b, z),
    support=(0, 1),
)
lognorm = _continuous(
    "lognorm",
    "s",
    log_density=_log_lognormal_density,
    below=lambda z, s: special.ndtr(np.log(z) / s),
    above=lambda z, s: special.ndtr(-np.log(z) / s),
    log_below=lambda z, s: special.log_ndtr(np.log(z) / s),
    log_above=lambda z, s: special.log_ndtr(-np.log(z) / s),
    support=(0, math.inf),
)
uniform = _continuous(
    "uniform",
    log_density=lambda z: 0 * z,
    below=lambda z: 1 * z,
    above=lambda z: 1 - z,
    support=(0, 1),
)
