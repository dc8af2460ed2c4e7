"""`jvp` and `hvp` of every recorded operation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import einsum_grad as eg
from einsum_grad.errors import ArgumentError, AutogradError, DTypeError, OperandError
from tests.autograd.rules.table import (
    CASES,
    COMPLEX,
    Array,
    Case,
    gradients,
    numbers,
    turned,
    weights,
)

every_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
complex_case = pytest.mark.parametrize("case", COMPLEX.values(), ids=COMPLEX.keys())
STEP = 1e-6


def directions(case: Case) -> tuple[Array, ...]:
    return tuple(numbers(*operand.shape) for operand in case.operands)


def constant(function: Any, operands: Any) -> Array:
    return np.asarray(function(*map(eg.Tensor, operands)).data)


def difference(function: Any, operands: Any, tangents: Any) -> Array:
    """The derivative along `tangents` by central differences."""
    moved = [
        constant(function, [x + step * v for x, v in zip(operands, tangents, strict=True)])
        for step in (STEP, -STEP)
    ]
    return np.asarray((moved[0] - moved[1]) / (2 * STEP))


def inner(one: Any, other: Any) -> float:
    return float(np.sum(np.real(np.conj(one) * other)))


@every_case
def test_a_tangent_is_a_central_difference(case: Case) -> None:
    tangents = directions(case)
    out, tangent = eg.jvp(case.function, case.operands, tangents)
    np.testing.assert_array_equal(out, constant(case.function, case.operands))
    assert type(tangent) is np.ndarray
    assert tangent.shape == out.shape
    assert tangent.dtype == out.dtype
    expected = difference(case.function, case.operands, tangents)
    np.testing.assert_allclose(tangent, expected, rtol=1e-6, atol=1e-7)


@every_case
def test_a_tangent_is_the_transpose_of_the_gradients(case: Case) -> None:
    tangents = directions(case)
    out, tangent = eg.jvp(case.function, case.operands, tangents)
    cotangent = weights(out.shape)
    pulled = gradients(case.function, case.operands, cotangent)
    expected = sum(inner(g, v) for g, v in zip(pulled, tangents, strict=True))
    np.testing.assert_allclose(inner(cotangent, tangent), expected, rtol=1e-12)


@complex_case
def test_a_complex_tangent_is_a_central_difference(case: Case) -> None:
    operands = tuple(map(turned, case.operands))
    tangents = tuple(v * np.exp(1.1j) for v in directions(case))
    _, tangent = eg.jvp(case.function, operands, tangents)
    expected = difference(case.function, operands, tangents)
    np.testing.assert_allclose(tangent, expected, rtol=1e-6, atol=1e-7)


@every_case
def test_a_product_with_the_hessian_is_a_difference_of_gradients(case: Case) -> None:
    def total(*operands: Any) -> Any:
        out = case.function(*operands)
        return np.sum(out * out * weights(out.shape))

    tangents = directions(case)
    found, products = eg.hvp(total, case.operands, tangents)
    gradient = eg.grad(total, tuple(range(len(case.operands))))
    for part, expected in zip(found, gradient(*case.operands), strict=True):
        np.testing.assert_allclose(part, expected, rtol=1e-12, atol=1e-14)
    above, below = (
        gradient(*(x + step * v for x, v in zip(case.operands, tangents, strict=True)))
        for step in (STEP, -STEP)
    )
    for product, one, other in zip(products, above, below, strict=True):
        expected = (one - other) / (2 * STEP)
        np.testing.assert_allclose(product, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.complex64])
def test_tangents_have_the_dtype_of_the_output(dtype: Any) -> None:
    x = np.ones(3, dtype)
    out, tangent = eg.jvp(lambda x: x * x, x, np.ones(3, np.float16))
    assert out.dtype == tangent.dtype == dtype


def test_an_operand_without_a_tangent_does_not_move() -> None:
    x, w = numbers(3), numbers(3)
    _, tangent = eg.jvp(np.multiply, (x, w), (None, np.ones(3)))
    # NumPy's own function gets a Tensor for w alone.
    np.testing.assert_array_equal(tangent, x)
    found, products = eg.hvp(lambda x, w: np.sum(x * x * w), (x, w), (np.ones(3), None))
    np.testing.assert_allclose(found[1], x * x)
    np.testing.assert_allclose(products[0], 2 * w)
    np.testing.assert_allclose(products[1], 2 * x)


def test_where_nothing_moves_the_tangent_is_zero() -> None:
    # NumPy's own function gets arrays alone, and returns one.
    for operands, tangents in ((numbers(3), None), ((numbers(3),), (None,))):
        out, tangent = eg.jvp(np.exp, operands, tangents)
        np.testing.assert_array_equal(out, np.exp(numbers(3)))
        np.testing.assert_array_equal(tangent, np.zeros(3), strict=True)


def test_outputs_independent_of_the_operands_have_zero_tangents() -> None:
    _, tangent = eg.jvp(lambda x: eg.Tensor([1.0, 2.0]), numbers(3), numbers(3))
    np.testing.assert_array_equal(tangent, [0, 0])
    _, tangent = eg.jvp(lambda x, w: x + eg.Tensor(w), (numbers(3),) * 2, (numbers(3), None))
    np.testing.assert_array_equal(tangent, numbers(3))
    _, product = eg.hvp(np.sum, numbers(3), numbers(3))
    np.testing.assert_array_equal(product, [0, 0, 0])


def test_tangents_can_be_differentiated_again() -> None:
    x, v = numbers(4), numbers(4)

    def along(x: Any) -> Any:
        return np.sum(eg.jvp(lambda y: np.sin(y) * y, x, v)[1])

    second = v * (2 * np.cos(x) - x * np.sin(x))
    np.testing.assert_allclose(eg.grad(along)(x), second, rtol=1e-12)
    eg.check_gradients(lambda x: eg.hvp(lambda y: np.sum(y**4), x, v)[1], x)
    eg.check_gradients(lambda v: eg.jvp(lambda y: y**3, eg.Tensor(x), v)[1], v)


def test_results_that_nobody_differentiates_are_not_recorded() -> None:
    x = eg.Tensor(numbers(3))
    for result in (*eg.jvp(np.exp, x, numbers(3)), *eg.hvp(lambda x: np.sum(x**3), x, numbers(3))):
        assert type(result) is np.ndarray
    with eg.no_grad():
        _, tangent = eg.jvp(np.exp, eg.Tensor(1.0, requires_grad=True), 1.0)
    np.testing.assert_allclose(tangent, np.exp(1.0))


def test_a_graph_that_the_function_only_reads_is_left_alone() -> None:
    variable = eg.Tensor(numbers(3), requires_grad=True)
    outer: Any = np.exp(variable)
    _, tangent = eg.jvp(lambda x: x * outer, numbers(3), np.ones(3))
    np.testing.assert_array_equal(tangent.data, outer.data)
    outer.backward(np.ones(3))
    np.testing.assert_array_equal(variable.grad, outer.data)


def test_tangents_that_do_not_fit_are_refused() -> None:
    x = numbers(3)
    with pytest.raises(OperandError, match=r"tangent 0 has shape \(2,\), and its operand \(3,\)"):
        eg.jvp(np.exp, x, numbers(2))
    with pytest.raises(DTypeError, match="tangent 0 is complex128, and its operand float64"):
        eg.jvp(np.exp, x, 1j * x)
    with pytest.raises(ArgumentError, match="one for each operand"):
        eg.hvp(lambda x, y: np.sum(x * y), (x, x), (x,))
    with pytest.raises(AutogradError, match="not a Tensor"):
        eg.jvp(lambda x: "text", x, x)
    with pytest.raises(AutogradError):
        eg.hvp(lambda x: x, x, x)
    with pytest.raises(DTypeError):
        eg.jvp(np.exp, np.array([1, 2]), np.array([1, 2]))


@pytest.mark.oracle
def test_jax_has_the_same_tangents_and_products() -> None:
    jax = pytest.importorskip("jax")
    jnp = jax.numpy
    x, w = numbers(3, 4).astype("f4"), numbers(4, 2).astype("f4")
    v, u = numbers(3, 4).astype("f4"), numbers(4, 2).astype("f4")
    ours = eg.jvp(lambda x, w: np.tanh(np.einsum("ij,jk->ik", x, w)), (x, w), (v, u))
    theirs = jax.jvp(lambda x, w: jnp.tanh(jnp.einsum("ij,jk->ik", x, w)), (x, w), (v, u))
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)
    _, product = eg.hvp(lambda x: np.sum(np.tanh(x @ w) ** 2), x, v)
    gradient = jax.grad(lambda x: jnp.sum(jnp.tanh(x @ w) ** 2))
    np.testing.assert_allclose(product, jax.jvp(gradient, (x,), (v,))[1], rtol=1e-3, atol=1e-4)


@pytest.mark.oracle
def test_jax_has_the_same_complex_tangents() -> None:
    jax = pytest.importorskip("jax")
    x, v = (numbers(5) + 1j * numbers(5)).astype("c8"), (1j * numbers(5)).astype("c8")
    for ours, theirs in (
        (lambda x: x * x, lambda x: x * x),
        (lambda x: np.abs(x) + np.conjugate(x) * 2, lambda x: jax.numpy.abs(x) + 2 * x.conj()),
    ):
        _, tangent = eg.jvp(ours, x, v)
        _, expected = jax.jvp(theirs, (x,), (v,))
        np.testing.assert_allclose(tangent, expected, rtol=1e-4, atol=1e-5)
