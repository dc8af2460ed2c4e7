"""Logistic functions, entropies, and powers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import special

from einsum_grad.autograd.primitives.registration import primitive
from einsum_grad.autograd.rules.elementwise.primitives import conj

primitive(special.expit, x=lambda g, out: g * (out * (1 - out)))
primitive(special.log_expit, x=lambda g, x: g * special.expit(-x))
primitive(special.logit, x=lambda g, x: g / (x * (1 - x)))


def _besides(y: Any, x: Any, pole: float) -> Any:
    """`y`, but 1 more where it is the pole and `x` is 0: there the function is 0 all around."""
    return np.where(np.logical_and(x == 0, y == pole), pole + 1, y)


primitive(
    special.xlogy,
    x=lambda g, x, y: g * conj(np.log(_besides(y, x, 0))),
    y=lambda g, x, y: g * conj(x / _besides(y, x, 0)),
)
primitive(
    special.xlog1py,
    x=lambda g, x, y: g * conj(np.log1p(_besides(y, x, -1))),
    y=lambda g, x, y: g * conj(x / (1 + _besides(y, x, -1))),
)
primitive(special.entr, x=lambda g, x: -g * (np.log(x) + 1))
primitive(
    special.rel_entr,
    x=lambda g, x, y: g * (np.log(x / y) + 1),
    y=lambda g, x, y: -g * (x / y),
)
primitive(
    special.kl_div,
    x=lambda g, x, y: g * np.log(x / y),
    y=lambda g, x, y: g * (1 - x / y),
)
primitive(
    special.huber,
    x=lambda g, x, y: g * np.maximum(np.abs(y) - x, 0),
    y=lambda g, x, y: g * np.clip(y, -1.0 * x, x),
)

primitive(special.exp2, x=lambda g, out: g * (out * math.log(2)))
primitive(special.exp10, x=lambda g, out: g * (out * math.log(10)))
primitive(special.expm1, x=lambda g, out: g * conj(out + 1))
primitive(special.log1p, x=lambda g, x: g / conj(1 + x))
primitive(special.cosm1, x=lambda g, x: -g * np.sin(x))
primitive(special.cbrt, x=lambda g, out: g / (3 * out * out))
primitive(special.boxcox, x=lambda g, x, y: g * x ** (y - 1.0))
primitive(special.boxcox1p, x=lambda g, x, y: g * (1 + x) ** (y - 1.0))
