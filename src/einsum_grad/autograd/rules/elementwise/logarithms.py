"""Exponentials and logarithms to other bases, and roots."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from einsum_grad.autograd.primitives.registration import primitive
from einsum_grad.autograd.rules.composite import composite
from einsum_grad.autograd.rules.elementwise.primitives import conj
from einsum_grad.autograd.rules.functions import sigmoid

LN2, LN10 = math.log(2), math.log(10)

primitive(np.exp2, x=lambda g, out: g * conj(out * LN2))
primitive(np.log2, x=lambda g, x: g / conj(x * LN2))
primitive(np.log10, x=lambda g, x: g / conj(x * LN10))
primitive(np.cbrt, x=lambda g, out: g / (3 * out * out))


def _lead(x: Any, y: Any) -> Any:
    """X - y, and 0 for infinities that are equal."""
    same = np.logical_and(x == y, np.isinf(x))
    return np.where(same, 0, x) - np.where(same, 0, y)


primitive(
    np.logaddexp,
    x=lambda g, x, y: g * sigmoid(_lead(x, y)),
    y=lambda g, x, y: g * sigmoid(_lead(y, x)),
)
primitive(
    np.logaddexp2,
    x=lambda g, x, y: g * sigmoid(LN2 * _lead(x, y)),
    y=lambda g, x, y: g * sigmoid(LN2 * _lead(y, x)),
)


@composite(np.float_power)
def _float_power(x: Any, y: Any) -> Any:
    return np.power(x, y, dtype=np.result_type(x, y, np.float64))
