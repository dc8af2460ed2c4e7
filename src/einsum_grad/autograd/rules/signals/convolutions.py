"""Convolutions, interpolation and polynomials of one variable."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from einsum_grad.autograd.primitives.registration import define
from einsum_grad.autograd.rules.composite import composite
from einsum_grad.autograd.rules.elementwise.primitives import conj
from einsum_grad.autograd.tape.ownership import look
from einsum_grad.autograd.tape.refusals import as_operand, run
from einsum_grad.errors import ArgumentError, DTypeError, OperandError


def _full(a: Any, v: Any) -> Any:
    return np.convolve(a, v)


def _back(g: Any, v: Any, count: int) -> Any:
    """The cotangent of an operand of `count` numbers: that of the result, correlated with `v`."""
    return FULL(g, conj(v)[::-1])[v.shape[0] - 1 :][:count]


FULL = define(
    _full,
    {
        "a": lambda g, v, shapes: _back(g, v, shapes[0][0]),
        "v": lambda g, a, shapes: _back(g, a, shapes[1][0]),
    },
)


@composite(np.convolve)
def _convolve(a: Any, v: Any, mode: Any = "full") -> Any:
    a, v = _vectors("convolve", a, v)
    length, less = max(len(a), len(v)), min(len(a), len(v))
    starts = {"full": (0, length + less - 1), "same": ((less - 1) // 2, length)}
    starts["valid"] = (less - 1, length - less + 1)
    if mode not in starts:
        raise ArgumentError(f"convolve: the mode is full, same or valid, and not {mode!r}")
    start, count = starts[mode]
    return FULL(a, v)[start : start + count]


@composite(np.correlate)
def _correlate(a: Any, v: Any, mode: Any = "valid") -> Any:
    a, v = _vectors("correlate", a, v)
    if len(a) < len(v):  # as NumPy does, so that "same" cuts where it cuts
        return np.conjugate(np.convolve(v, np.conjugate(a)[::-1], mode))[::-1]
    return np.convolve(a, np.conjugate(v)[::-1], mode)


def _vectors(name: str, *operands: Any) -> list[Any]:
    read = [np.atleast_1d(as_operand(operand, name)) for operand in operands]
    if any(np.ndim(x) != 1 or len(x) == 0 for x in read):
        raise OperandError(f"{name}: two vectors that are not empty")
    return read


@composite(np.interp)
def _interp(
    x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None
) -> Any:
    x, xp, fp = (_inexact(as_operand(operand, "interp")) for operand in (x, xp, fp))
    if np.iscomplexobj(x) or np.iscomplexobj(xp):
        raise DTypeError("interp: only the values may be complex, not the coordinates")
    if np.ndim(xp) != 1 or np.shape(xp) != np.shape(fp) or len(xp) == 0:
        raise OperandError("interp: xp and fp are vectors of the same length, and not empty")
    if period is not None:
        left = right = None
        period = np.abs(period)
        x, xp = np.remainder(x, period), np.remainder(xp, period)
        order = np.argsort(xp)
        xp, fp = xp[order], fp[order]
        xp = np.concatenate([xp[-1:] - period, xp, xp[:1] + period])
        fp = np.concatenate([fp[-1:], fp, fp[:1]])
    before = fp[0] if left is None else left
    after = fp[-1] if right is None else right
    last = len(xp) - 1
    upper = np.clip(
        run("interp", np.searchsorted, (look(xp), look(x), "right")), min(1, last), last
    )
    lower = np.maximum(upper - 1, 0)
    width = np.where(upper == lower, 1, xp[upper] - xp[lower])
    inside = fp[lower] + (x - xp[lower]) / width * (fp[upper] - fp[lower])
    return np.where(x < xp[0], before, np.where(x > xp[-1], after, inside))


def _inexact(operand: Any) -> Any:
    """The operand in double precision, as NumPy interpolates; differences have signs then."""
    given = np.result_type(operand)
    wanted = np.result_type(given, np.float64)
    return operand if given == wanted else np.multiply(operand, np.float64(1))


@composite(np.polyval)
def _polyval(p: Any, x: Any) -> Any:
    return functools.reduce(lambda sum, coefficient: sum * x + coefficient, p, np.zeros_like(x))
