"""Bessel functions: by their argument, which comes last."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special

from einsum_grad.autograd.primitives.registration import primitive
from einsum_grad.autograd.rules.elementwise.primitives import conj

primitive(special.j0, x=lambda g, x: -g * special.j1(x))
primitive(special.j1, x=lambda g, x: g * (special.j0(x) - special.jv(2, x)) / 2)
primitive(special.y0, x=lambda g, x: -g * special.y1(x))
primitive(special.y1, x=lambda g, x: g * (special.y0(x) - special.yn(2, x)) / 2)
primitive(special.i0, x=lambda g, x: g * special.i1(x))
primitive(special.i1, x=lambda g, x: g * (special.i0(x) + special.iv(2, x)) / 2)
primitive(special.k0, x=lambda g, x: -g * special.k1(x))
primitive(special.k1, x=lambda g, x: -g * (special.k0(x) + special.kn(2, x)) / 2)

primitive(special.i0e, x=lambda g, x, out: g * (special.i1e(x) - np.sign(x) * out))
primitive(
    special.i1e,
    x=lambda g, x, out: g * ((special.i0e(x) + special.ive(2, x)) / 2 - np.sign(x) * out),
)
primitive(special.k0e, x=lambda g, x, out: g * (out - special.k1e(x)))
primitive(special.k1e, x=lambda g, x, out: g * (out - (special.k0e(x) + special.kve(2, x)) / 2))


def _recurrence(function: Callable[..., Any], lower: int, upper: int) -> Callable[..., Any]:
    """The rule of f where 2 f'(n, z) is a sum of f(n - 1, z) and f(n + 1, z) with signs.

    The 1.0 makes unsigned orders signed.
    """

    def rule(g: Any, x: Any, y: Any) -> Any:
        return g * conj((lower * function(x - 1.0, y) + upper * function(x + 1.0, y)) / 2)

    return rule


for _function in (special.jv, special.yv, special.yn, special.hankel1, special.hankel2):
    primitive(_function, y=_recurrence(_function, 1, -1))
primitive(special.iv, y=_recurrence(special.iv, 1, 1))
primitive(special.kv, y=_recurrence(special.kv, -1, -1))
primitive(special.kn, y=_recurrence(special.kn, -1, -1))


def _scaled_iv_rule(g: Any, x: Any, y: Any, out: Any) -> Any:
    """The scale is exp(-abs(real(y))), which no imaginary part changes."""
    return _scaled_iv(g, x, y) - np.sign(np.real(y)) * np.real(g * conj(out))


_scaled_iv = _recurrence(special.ive, 1, 1)
_scaled_kv = _recurrence(special.kve, -1, -1)

primitive(special.ive, y=_scaled_iv_rule)
primitive(special.kve, y=lambda g, x, y, out: _scaled_kv(g, x, y) + g * conj(out))
