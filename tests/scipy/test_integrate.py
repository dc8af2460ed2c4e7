"""einsum_grad.scipy.integrate: the adjoint equation gives the gradients of a solution."""

from __future__ import annotations

from typing import Any

import pytest

import einsum_grad as eg
from einsum_grad.errors import ArgumentError
from tests.autograd.rules.table import np, numbers, tensor

integrate = pytest.importorskip("scipy.integrate")
odeint: Any = eg.scipy.integrate.odeint

PRECISE = {"rtol": 1e-10, "atol": 1e-10}
TIMES = np.array([0.1, 0.25, 0.4])


def flow(y: Any, t: Any, a: Any, b: Any) -> Any:
    return -np.sqrt(t) - y + a - np.mean((y + b) ** 2)


def test_solutions_are_scipys() -> None:
    y, a, b = numbers(3), numbers(3), numbers()
    expected = integrate.odeint(flow, y, TIMES, (a, b))
    np.testing.assert_array_equal(odeint(flow, tensor(y), TIMES, (a, tensor(b))).data, expected)
    np.testing.assert_array_equal(odeint(flow, y, TIMES, (a, b)), expected)
    swapped = odeint(lambda t, *rest: flow(rest[0], t, *rest[1:]), y, TIMES, (a, b), tfirst=True)
    np.testing.assert_array_equal(swapped, expected)


def test_gradients_by_the_start_the_times_and_the_arguments_are_central_differences() -> None:
    def solved(y: Any, t: Any, a: Any, b: Any) -> Any:
        return odeint(flow, y, t, (a, b), **PRECISE)

    eg.check_gradients(
        solved, numbers(2), TIMES, numbers(2), numbers(), step=1e-4, rtol=1e-4, atol=1e-5
    )


def test_second_derivatives_are_central_differences() -> None:
    def end(y: Any, rate: Any) -> Any:
        return np.sum(odeint(lambda y, t, k: -k * y, y, [0.0, 0.5], (rate,), **PRECISE)[1])

    # The end is y exp(-rate / 2).
    hessian = eg.hessian(end, (0, 1))(np.array([1.5]), np.array(0.8))
    decayed = np.exp(-0.4)
    np.testing.assert_allclose(hessian[0][0], [[0.0]], atol=1e-6)
    np.testing.assert_allclose(hessian[0][1], [-decayed / 2], rtol=1e-5)
    np.testing.assert_allclose(hessian[1][1], 1.5 * decayed / 4, rtol=1e-5)


def test_an_equation_may_be_a_list_and_have_no_arguments() -> None:
    def rotation(y: Any, t: Any) -> Any:
        return [y[1], -y[0]]

    (gradient,) = (eg.grad(lambda y: np.sum(odeint(rotation, y, [0.0, 1.0])[1]))(np.ones(2)),)
    turned = np.array([np.cos(1.0) - np.sin(1.0), np.sin(1.0) + np.cos(1.0)])
    np.testing.assert_allclose(gradient, turned, rtol=1e-5)


def test_what_would_return_something_else_is_refused() -> None:
    with pytest.raises(ArgumentError, match="odeint here has no full_output"):
        odeint(flow, 1.0, TIMES, (1.0, 1.0), full_output=True)
    assert eg.scipy.integrate.quad is integrate.quad
