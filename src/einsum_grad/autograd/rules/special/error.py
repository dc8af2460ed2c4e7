"""Error functions, the normal distribution, and exponential integrals."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import special

from einsum_grad.autograd.primitives.registration import primitive
from einsum_grad.autograd.rules.elementwise.primitives import conj

SCALE = 2 / math.sqrt(math.pi)
NORMAL = 1 / math.sqrt(2 * math.pi)

primitive(special.erf, x=lambda g, x: g * conj(SCALE * np.exp(-x * x)))
primitive(special.erfc, x=lambda g, x: -g * conj(SCALE * np.exp(-x * x)))
primitive(special.erfi, x=lambda g, x: g * conj(SCALE * np.exp(x * x)))
primitive(special.erfcx, x=lambda g, x, out: g * conj(2 * x * out - SCALE))
primitive(special.dawsn, x=lambda g, x, out: g * conj(1 - 2 * x * out))
primitive(special.wofz, x=lambda g, x, out: g * np.conjugate(1j * SCALE - 2 * x * out))
primitive(special.erfinv, x=lambda g, out: g * np.exp(out * out) / SCALE)
primitive(special.erfcinv, x=lambda g, out: -g * np.exp(out * out) / SCALE)

primitive(special.ndtr, x=lambda g, x: g * conj(NORMAL * np.exp(-x * x / 2)))
primitive(special.log_ndtr, x=lambda g, x, out: g * conj(NORMAL * np.exp(-x * x / 2 - out)))
primitive(special.ndtri, x=lambda g, out: g * np.exp(out * out / 2) / NORMAL)
primitive(special.ndtri_exp, x=lambda g, x, out: g * np.exp(out * out / 2 + x) / NORMAL)

primitive(special.expi, x=lambda g, x: g * conj(np.exp(x) / x))
primitive(special.exp1, x=lambda g, x: -g * conj(np.exp(-x) / x))


def _expn_rule(g: Any, x: Any, y: Any) -> Any:
    """SciPy's orders begin at 0, and that of -1 is (1 + 1 / y) times it."""
    zeroth = np.equal(x, 0)
    factor = 1 + zeroth / np.where(zeroth, y, 1)
    return -g * special.expn(x - 1.0 + zeroth, y) * factor


primitive(special.expn, y=_expn_rule)
