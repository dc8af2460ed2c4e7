"""Steps, whose gradient is 0, and what is made with them: remainders, signs, parts of numbers.

At a jump the gradient is that of the side to which NumPy's value belongs.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from einsum_grad.autograd.primitives.registration import primitive
from einsum_grad.autograd.rules.composite import composite, step
from einsum_grad.autograd.tape.ownership import look

step(np.floor, np.ceil, np.trunc, np.rint, np.round, np.around, np.fix, np.floor_divide)
step(np.spacing)


def _none(g: Any) -> Any:
    return np.zeros_like(g)


primitive(np.remainder, x=lambda g: g, y=lambda g, x, y: -g * np.floor_divide(x, y))
primitive(np.fmod, x=lambda g: g, y=lambda g, x, y: -g * np.trunc(x / y))
primitive(np.fabs, x=lambda g, x: g * np.sign(x))
primitive(
    np.copysign,
    x=lambda g, x, y: np.where(np.signbit(x) == np.signbit(y), g, -g),
    y=_none,
)
primitive(np.nextafter, x=lambda g: g, y=_none)
primitive(np.ldexp, x=lambda g, y: g * np.exp2(y))
primitive(np.heaviside, x=_none, y=lambda g, x: np.where(x == 0, g, 0))


@composite(np.divmod)
def _divmod(x: Any, y: Any) -> Any:
    return np.floor_divide(x, y), np.remainder(x, y)


@composite(np.modf)
def _modf(x: Any) -> Any:
    whole = np.trunc(x)
    return np.where(np.isinf(x), np.copysign(0, x), x - np.where(np.isinf(x), 0, whole)), whole


@composite(np.frexp)
def _frexp(x: Any) -> Any:
    exponents = np.frexp(look(x))[1]
    return np.ldexp(x, -exponents), exponents


@composite(np.nan_to_num)
def _nan_to_num(
    x: Any, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None
) -> Any:
    """What is replaced has no gradient; of complex numbers each part has its own."""
    if np.iscomplexobj(x):
        real, imaginary = (
            _nan_to_num(part, nan=nan, posinf=posinf, neginf=neginf)
            for part in (np.real(x), np.imag(x))
        )
        return real + 1j * imaginary
    clean = np.nan_to_num(look(x), nan=look(nan), posinf=look(posinf), neginf=look(neginf))
    return np.where(np.isfinite(x), x, clean)


@composite(np.real_if_close)
def _real_if_close(a: Any, tol: float = 100) -> Any:
    return np.real(a) if np.isrealobj(np.real_if_close(look(a), tol)) else np.positive(a)
