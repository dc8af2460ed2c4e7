"""Angles: circular and hyperbolic functions.

Where there is no derivative: `hypot` and `arctan2` have 0 at the origin, as `abs` does.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from einsum_grad.autograd.primitives.primitive import Primitive
from einsum_grad.autograd.primitives.registration import define, primitive
from einsum_grad.autograd.rules.composite import composite
from einsum_grad.autograd.rules.elementwise.primitives import conj
from einsum_grad.autograd.tape.ownership import look

primitive(np.tan, x=lambda g, out: g * conj(1 + out * out))
primitive(np.arcsin, x=lambda g, x: g / conj(np.sqrt(1 - x * x)))
primitive(np.arccos, x=lambda g, x: -g / conj(np.sqrt(1 - x * x)))
primitive(np.arctan, x=lambda g, x: g / conj(1 + x * x))
primitive(np.sinh, x=lambda g, x: g * conj(np.cosh(x)))
primitive(np.cosh, x=lambda g, x: g * conj(np.sinh(x)))
primitive(np.arcsinh, x=lambda g, x: g / conj(np.sqrt(1 + x * x)))
# Of complex numbers sqrt(x * x - 1) would have the wrong sign on one side.
primitive(np.arccosh, x=lambda g, x: g / conj(np.sqrt(x - 1) * np.sqrt(x + 1)))
primitive(np.arctanh, x=lambda g, x: g / conj(1 - x * x))

for to_degrees in (np.degrees, np.rad2deg):
    primitive(to_degrees, x=lambda g: g * (180 / math.pi))
for to_radians in (np.radians, np.deg2rad):
    primitive(to_radians, x=lambda g: g * (math.pi / 180))


def _some(length: Any) -> Any:
    return np.where(length == 0, 1, length)


def _turn(g: Any, across: Any, x: Any, y: Any) -> Any:
    length = _some(np.hypot(x, y))
    return g * (across / length / length)


primitive(
    np.hypot, x=lambda g, x, out: g * (x / _some(out)), y=lambda g, y, out: g * (y / _some(out))
)
primitive(np.arctan2, x=lambda g, x, y: _turn(g, y, x, y), y=lambda g, x, y: _turn(-g, x, x, y))


@composite(np.angle)
def _angle(z: Any, deg: bool = False) -> Any:
    angle = np.arctan2(np.imag(z), np.real(z))
    return np.degrees(angle) if deg else angle


@composite(np.unwrap)
def _unwrap(p: Any, *args: Any, **kwargs: Any) -> Any:
    """What is added to an angle is constant but for jumps."""
    return p + (np.unwrap(look(p), *args, **kwargs) - look(p))


def _sinc(x: Any, order: int = 0) -> Any:
    """The derivative of some order of sin(u) / u, at u = πx.

    From u s = sin u follows u s⁽ⁿ⁾ + n s⁽ⁿ⁻¹⁾ = sin(u + nπ/2). Near 0 that cancels: there it is the
    sum of Maclaurin's terms, (-1)ᵏ u²ᵏ⁻ⁿ / ((2k - n)! (2k + 1)), enough of them for doubles.
    """
    u = np.asarray(np.pi * x)
    small = np.abs(u) <= order + 1
    near, far = np.where(small, u, 0), np.where(small, 1, u)
    series = sum(
        (-1) ** k / (math.factorial(2 * k - order) * (2 * k + 1)) * near ** (2 * k - order)
        for k in range((order + 1) // 2, order + 15)
    )
    quotient = np.sin(far) / far
    for n in range(1, order + 1):
        quotient = (np.sin(far + n * np.pi / 2) - n * quotient) / far
    return np.where(small, series, quotient).astype(u.dtype)


SINC: Primitive = define(_sinc, {"x": lambda g, x, order: g * conj(np.pi * SINC(x, order + 1))})


@composite(np.sinc)
def _of_pi(x: Any) -> Any:
    return SINC(x)
