"""Gamma and beta functions, and distribution functions made of them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import special

from einsum_grad.autograd.primitives.registration import define, primitive
from einsum_grad.autograd.rules.elementwise.primitives import conj
from einsum_grad.errors import ArgumentTypeError


def _polygamma(n: Any, x: Any) -> Any:
    """SciPy's, of real numbers alone: a complex dtype may hold them too."""
    if np.imag(x).any():
        raise ArgumentTypeError("polygamma: of real numbers alone; SciPy has none of complex ones")
    return special.polygamma(n, np.real(x)).astype(np.result_type(x, np.float32))


polygamma: Any = define(_polygamma, {"x": lambda g, n, x: g * polygamma(n + 1, x)})


def _multigammaln(a: Any, d: Any) -> Any:
    return special.multigammaln(a, d)


multigammaln = define(
    _multigammaln,
    {"a": lambda g, a, d: g * sum(special.psi(a - n / 2) for n in range(d))},
)

primitive(special.gamma, x=lambda g, x, out: g * conj(out * special.psi(x)))
primitive(special.rgamma, x=lambda g, x, out: -g * conj(out * special.psi(x)))
primitive(special.gammaln, x=lambda g, x: g * special.psi(x))
primitive(special.loggamma, x=lambda g, x: g * conj(special.psi(x)))
primitive(special.psi, x=lambda g, x: g * polygamma(1, x))
primitive(special.gammasgn, x=lambda g: 0 * g)

primitive(
    special.beta,
    x=lambda g, x, y, out: g * out * (special.psi(x) - special.psi(x + y)),
    y=lambda g, x, y, out: g * out * (special.psi(y) - special.psi(x + y)),
)
primitive(
    special.betaln,
    x=lambda g, x, y: g * (special.psi(x) - special.psi(x + y)),
    y=lambda g, x, y: g * (special.psi(y) - special.psi(x + y)),
)
primitive(
    special.binom,
    x=lambda g, x, y, out: g * out * (special.psi(x + 1) - special.psi(x - y + 1)),
    y=lambda g, x, y, out: g * out * (special.psi(x - y + 1) - special.psi(y + 1)),
)
primitive(
    special.poch,
    x=lambda g, x, y, out: g * out * (special.psi(x + y) - special.psi(x)),
    y=lambda g, x, y, out: g * out * special.psi(x + y),
)


def _gamma_density(a: Any, x: Any) -> Any:
    return np.exp(special.xlogy(a - 1, x) - x - special.gammaln(a))


def _beta_density(a: Any, b: Any, x: Any) -> Any:
    logarithm = special.xlogy(a - 1, x) + special.xlog1py(b - 1, -x)
    return np.exp(logarithm - special.betaln(a, b))


def _t_density(df: Any, t: Any) -> Any:
    scale = special.gammaln((df + 1) / 2) - special.gammaln(df / 2) - np.log(df * math.pi) / 2
    return np.exp(scale - (df + 1) / 2 * np.log1p(t * t / df))


primitive(special.gammainc, y=lambda g, x, y: g * _gamma_density(x, y))
primitive(special.gammaincc, y=lambda g, x, y: -g * _gamma_density(x, y))
primitive(special.gammaincinv, y=lambda g, x, out: g / _gamma_density(x, out))
primitive(special.gammainccinv, y=lambda g, x, out: -g / _gamma_density(x, out))
primitive(special.betainc, z=lambda g, x, y, z: g * _beta_density(x, y, z))
primitive(special.betaincc, z=lambda g, x, y, z: -g * _beta_density(x, y, z))
primitive(special.betaincinv, z=lambda g, x, y, out: g / _beta_density(x, y, out))
primitive(special.betainccinv, z=lambda g, x, y, out: -g / _beta_density(x, y, out))
primitive(special.stdtr, y=lambda g, x, y: g * _t_density(x, y))
primitive(special.stdtrit, y=lambda g, x, out: g / _t_density(x, out))
primitive(special.chdtr, y=lambda g, x, y: g * _gamma_density(x / 2, y / 2) / 2)
primitive(special.chdtrc, y=lambda g, x, y: -g * _gamma_density(x / 2, y / 2) / 2)
primitive(special.pdtr, y=lambda g, x, y: -g * _gamma_density(np.floor(x) + 1, y))
primitive(special.pdtrc, y=lambda g, x, y: g * _gamma_density(np.floor(x) + 1, y))
