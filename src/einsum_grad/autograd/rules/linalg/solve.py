"""Inverses and linear systems.

The derivatives of the inverse and of solutions are those of M. Giles, "Collected matrix derivative
results for forward and reverse mode algorithmic differentiation" (2008), section 2.2; those of the
pseudo-inverse and of least squares G. Golub and V. Pereyra's, "The differentiation of
pseudo-inverses and nonlinear least squares problems whose variables separate" (1973). They hold as
long as the rank does not change.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from einsum_grad.autograd.dispatch.table import implements
from einsum_grad.autograd.primitives.registration import define, primitive
from einsum_grad.autograd.rules.contractions.linear import axes_of
from einsum_grad.autograd.rules.linalg.matrices import adjoint, from_triangle
from einsum_grad.autograd.tape.ownership import look
from einsum_grad.autograd.tape.refusals import as_operand, run

primitive(np.linalg.inv, a=lambda g, out: -adjoint(out) @ g @ adjoint(out))


def _solve(a: Any, b: Any) -> Any:
    return np.linalg.solve(a, b)


SOLVE = define(
    _solve,
    {
        "a": lambda g, a, out: -np.linalg.solve(adjoint(a), g) @ adjoint(out),
        "b": lambda g, a: np.linalg.solve(adjoint(a), g),
    },
)


@implements(np.linalg.solve)
def _solve_any(a: Any, b: Any) -> Any:
    if np.ndim(b) == 1:
        return SOLVE(a, as_operand(b, "solve")[:, None])[..., 0]
    return SOLVE(a, b)


def _pinv(a: Any, params: Any) -> Any:
    return np.linalg.pinv(a, **params)


def _pinv_rule(g: Any, a: Any, out: Any) -> Any:
    g, across = adjoint(g), adjoint(out)
    inside = adjoint(out @ g @ out)
    left = (g - a @ (out @ g)) @ (out @ across)
    right = (across @ out) @ (g - (g @ out) @ a)
    return left + right - inside


PINV = define(_pinv, {"a": _pinv_rule})


@implements(np.linalg.pinv)
def _pseudo_inverse(a: Any, rcond: Any = None, hermitian: bool = False, **rtol: Any) -> Any:
    params = {"rcond": rcond, "hermitian": hermitian, **rtol}
    return PINV(from_triangle(a) if hermitian else a, params)


def _least_squares(a: Any, b: Any, rcond: Any) -> Any:
    return np.linalg.lstsq(a, b, rcond)[0]


def _least_squares_rule(g: Any, a: Any, b: Any, out: Any, rcond: Any) -> Any:
    inverse = np.linalg.pinv(a, rtol=rcond)
    back = adjoint(inverse) @ g
    left = (b - a @ out) @ adjoint(inverse @ back)
    right = (adjoint(inverse) @ out) @ adjoint(g - inverse @ (a @ g))
    return left + right - back @ adjoint(out)


LEAST_SQUARES = define(
    _least_squares,
    {
        "a": _least_squares_rule,
        "b": lambda g, a, rcond: adjoint(np.linalg.pinv(a, rtol=rcond)) @ g,
    },
)


@implements(np.linalg.lstsq)
def _lstsq(a: Any, b: Any, rcond: Any = None) -> Any:
    """Also the residuals and the singular values have gradients; the rank is a number."""
    _, residuals, rank, _ = run("lstsq", np.linalg.lstsq, (look(a), look(b), rcond))
    columns = as_operand(b, "lstsq")[:, None] if np.ndim(b) == 1 else b
    x = LEAST_SQUARES(a, columns, rcond)
    if residuals.size:
        residuals = np.sum(np.abs(columns - a @ x) ** 2, axis=0)
    return x[:, 0] if np.ndim(b) == 1 else x, residuals, rank, np.linalg.svdvals(a)


@implements(np.linalg.tensorinv)
def _tensorinv(a: Any, ind: int = 2) -> Any:
    shape = run("tensorinv", np.linalg.tensorinv, (look(a), ind)).shape
    rows = math.prod(np.shape(a)[:ind])
    return np.reshape(np.linalg.inv(np.reshape(a, (rows, -1))), shape)


@implements(np.linalg.tensorsolve)
def _tensorsolve(a: Any, b: Any, axes: Any = None) -> Any:
    shape = run("tensorsolve", np.linalg.tensorsolve, (look(a), look(b), axes)).shape
    moved = axes_of("tensorsolve", axes, np.ndim(a)) if axes is not None else ()
    a = np.moveaxis(a, moved, range(np.ndim(a) - len(moved), np.ndim(a)))
    return np.reshape(np.linalg.solve(np.reshape(a, (np.size(b), -1)), np.ravel(b)), shape)


@implements(np.linalg.matrix_power)
def _matrix_power(a: Any, n: int) -> Any:
    """By squaring, as NumPy does it."""
    run("matrix_power", np.linalg.matrix_power, (look(a), 0))
    if n < 0:
        return np.linalg.matrix_power(np.linalg.inv(a), -n)
    if n == 0:
        return np.linalg.matrix_power(look(a), 0)
    if n == 1:
        return np.positive(a)
    half = np.linalg.matrix_power(a, n // 2)
    return half @ half @ a if n % 2 else half @ half
