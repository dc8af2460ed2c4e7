"""The table of elementwise primitives: NumPy's function, and the cotangent of each operand.

In the rules `g` is the cotangent of the result `out` of the operands `x` and `y`. For complex
numbers a rule multiplies by the conjugate of the derivative, so that the gradient of a real
function points along its steepest ascent (torch's convention). Where there is no derivative:

- `abs` has 0 at 0;
- `maximum` and `minimum` of equal numbers give half to each, so that the gradients of both add up
  to the cotangent (as torch and JAX do);
- `power` has 0 for the base where the exponent is 0, and 0 for the exponent where the base is 0
  and the exponent is not negative (as torch does); the exponent of a negative base has nan;
- `where` gives exact zeros to the branch not taken. Further back such a zero can still meet an
  infinite derivative and become nan: there, replace the operand by a harmless one with `where`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from einsum_grad.autograd.dispatch.table import implements
from einsum_grad.autograd.primitives.registration import define, primitive
from einsum_grad.autograd.rules.composite import composite, constant
from einsum_grad.errors import ArgumentError


def conj(x: Any) -> Any:
    """The conjugate, of real numbers without a copy."""
    dtype = getattr(x, "dtype", None)
    real = not isinstance(x, complex) if dtype is None else dtype.kind != "c"
    return x if real else np.conjugate(x)


primitive(np.add, x=lambda g: g, y=lambda g: g)
primitive(np.subtract, x=lambda g: g, y=lambda g: -g)
primitive(np.multiply, x=lambda g, y: g * conj(y), y=lambda g, x: g * conj(x))
primitive(np.divide, x=lambda g, y: g / conj(y), y=lambda g, y, out: -g * conj(out / y))
primitive(np.negative, x=lambda g: -g)
primitive(np.positive, x=lambda g: g)
primitive(np.square, x=lambda g, x: g * conj(2 * x))
primitive(np.reciprocal, x=lambda g, out: -g * conj(out * out))

primitive(np.exp, x=lambda g, out: g * conj(out))
primitive(np.expm1, x=lambda g, out: g * conj(out + 1))
primitive(np.log, x=lambda g, x: g / conj(x))
primitive(np.log1p, x=lambda g, x: g / conj(1 + x))
primitive(np.sqrt, x=lambda g, out: g / conj(2 * out))
primitive(np.tanh, x=lambda g, out: g * conj(1 - out * out))
primitive(np.sin, x=lambda g, x: g * conj(np.cos(x)))
primitive(np.cos, x=lambda g, x: -g * conj(np.sin(x)))

primitive(np.conjugate, x=conj)
primitive(np.real, val=lambda g: g)
primitive(np.imag, val=lambda g: g * 1j)


def _power_base(g: Any, x: Any, y: Any) -> Any:
    # The exponent is y - 1, but 0 where y is 0: there the factor y makes the product 0.
    return g * conj(y * x ** ((y + 0) - (y != 0)))


def _power_exponent(g: Any, x: Any, y: Any, out: Any) -> Any:
    vanishes = np.logical_and(x == 0, np.real(y) >= 0)
    return g * conj(out * np.log(np.where(vanishes, 1.0, x)))  # 1.0: no float16 of bytes


def _absolute(g: Any, x: Any, out: Any) -> Any:
    return g * (x / np.where(out == 0, 1, out)) if np.iscomplexobj(x) else g * np.sign(x)


def shared(g: Any, equal: Any, lost: Any) -> Any:
    """The cotangent of one of two operands: half of it where they are equal, none where it lost."""
    return np.where(equal, g / 2, np.where(lost, 0, g))


primitive(np.power, x=_power_base, y=_power_exponent)
primitive(np.absolute, x=_absolute)
define(
    np.maximum,
    {
        "x": lambda g, x, y: shared(g, x == y, x < y),
        "y": lambda g, x, y: shared(g, x == y, y < x),
    },
    ordered=True,
)
define(
    np.minimum,
    {
        "x": lambda g, x, y: shared(g, x == y, x > y),
        "y": lambda g, x, y: shared(g, x == y, y > x),
    },
    ordered=True,
)


def _where(condition: Any, x: Any, y: Any) -> Any:
    return np.where(condition, x, y)


WHERE = define(
    _where,
    {
        "x": lambda g, condition: np.where(condition, g, 0),
        "y": lambda g, condition: np.where(condition, 0, g),
    },
)


@implements(np.where)
def _where_or_nonzero(condition: Any, x: Any = None, y: Any = None, /) -> Any:
    return np.nonzero(condition) if x is None and y is None else WHERE(condition, x, y)


@implements(np.sign)
def _sign(x: Any) -> Any:
    """Constant but for the jump at 0; of complex numbers the direction, where there is one."""
    if not np.iscomplexobj(x):
        return constant(np.sign, [x])
    size = np.abs(x)
    return np.where(size == 0, 0, x / np.where(size == 0, 1, size))


@composite(np.clip)
def _clip(a: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Any:
    """Written with `maximum` and `minimum`, whose rule decides where `a` is at a bound."""
    if not (a_min is None or min is None) or not (a_max is None or max is None):
        raise ArgumentError("clip: a bound is given twice, as a_min and min or as a_max and max")
    low, high = (a_min if min is None else min), (a_max if max is None else max)
    raised = np.positive(a) if low is None else np.maximum(a, low)
    return raised if high is None else np.minimum(raised, high)
