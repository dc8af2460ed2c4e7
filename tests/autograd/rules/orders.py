"""Checks of a function of Tensors at first and second order, for results real and complex."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import einsum_grad as eg
from tests.autograd.rules.table import Array, np, weights


def joined(*parts: Any) -> Any:
    """Several results as one vector."""
    return np.concatenate([np.ravel(part) for part in parts])


def as_a_number(function: Callable[..., Any]) -> Callable[..., Any]:
    """A real number that depends on the parts of every element of the result, not linearly."""

    def total(*operands: Any) -> Any:
        out = function(*operands)
        real, weight = np.real(out), weights(out.shape)
        squares = np.sum(real * real * weight) / 2
        return squares + np.sum(real * np.imag(out)) if np.iscomplexobj(out) else squares

    return total


def gradient_of(function: Callable[..., Any], count: int) -> Callable[..., Any]:
    """The gradients of `as_a_number`, as one vector."""
    gradient = eg.grad(as_a_number(function), tuple(range(count)))
    return lambda *operands: joined(*gradient(*operands))


def check_two_orders(function: Callable[..., Any], *operands: Array) -> None:
    """Hold gradients and gradients of gradients to central differences."""
    eg.check_gradients(function, *operands)
    check_second_order(function, *operands)


def check_second_order(function: Callable[..., Any], *operands: Array) -> None:
    """Hold gradients of gradients to central differences."""
    eg.check_gradients(gradient_of(function, len(operands)), *operands, rtol=1e-4, atol=1e-5)


def check_tangents(function: Callable[..., Any], *operands: Array) -> None:
    """Hold the tangent along one direction to central differences."""
    moves = [np.cos(np.arange(1.0, x.size + 1).reshape(x.shape)) for x in operands]
    moves = [
        v * (1 - 0.5j) if np.iscomplexobj(x) else v for x, v in zip(operands, moves, strict=True)
    ]
    _, tangent = eg.jvp(function, tuple(operands), tuple(moves))
    step = 1e-6
    ahead, behind = (
        function(*(eg.Tensor(x + s * v) for x, v in zip(operands, moves, strict=True))).data
        for s in (step, -step)
    )
    np.testing.assert_allclose(tangent, (ahead - behind) / (2 * step), rtol=1e-5, atol=1e-6)
