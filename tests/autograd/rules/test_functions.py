"""Functions that NumPy lacks: values and gradients, even where a naive formula overflows."""

from __future__ import annotations

from typing import Any

import pytest

import einsum_grad as eg
from tests.autograd.rules.table import Array, gradients, np, numbers, tensor

FAR = np.array([-1e4, -800.0, -30.0, 0.0, 30.0, 800.0, 1e4])


def gradient(function: Any, x: Any) -> Array:
    """The gradient of the sum of the results."""
    out = function(np.asarray(x, dtype=float))
    (got,) = gradients(function, [np.asarray(x, dtype=float)], np.ones_like(out))
    return got


def test_sigmoid_is_exact_far_from_zero() -> None:
    exact = [0.0, 0.0, np.exp(-30.0), 0.5, 1.0, 1.0, 1.0]
    np.testing.assert_allclose(eg.sigmoid(FAR), exact, rtol=1e-12)
    np.testing.assert_allclose(
        gradient(eg.sigmoid, FAR)[:4], [0, 0, np.exp(-30.0), 0.25], rtol=1e-12
    )
    np.testing.assert_allclose(gradient(eg.sigmoid, FAR)[4:], 0.0, atol=1e-12)


def test_softplus_is_exact_far_from_zero() -> None:
    exact = [0.0, 0.0, np.exp(-30.0), np.log(2.0), 30.0, 800.0, 1e4]
    np.testing.assert_allclose(eg.softplus(FAR), exact, rtol=1e-12)
    np.testing.assert_allclose(gradient(eg.softplus, FAR), eg.sigmoid(FAR), rtol=1e-12)


def test_relu_has_derivative_0_at_zero_whatever_the_cotangent() -> None:
    np.testing.assert_array_equal(gradient(eg.relu, [-1.0, 0.0, 2.0]), [0.0, 0.0, 1.0])
    x = tensor([-1.0, 1.0])
    eg.relu(x).backward(np.array([np.inf, 1.0]))
    np.testing.assert_array_equal(x.grad, [0.0, 1.0])


def test_logsumexp_is_exact_for_large_and_missing_terms() -> None:
    a = np.array([[1e4, 1e4], [-1e4, -1e4], [-np.inf, 3.0], [-np.inf, -np.inf]])
    exact = [1e4 + np.log(2), -1e4 + np.log(2), 3.0, -np.inf]
    np.testing.assert_allclose(eg.logsumexp(a, axis=1), exact, rtol=1e-12)
    got = gradient(lambda x: eg.logsumexp(x, axis=1), a)
    np.testing.assert_allclose(got, [[0.5, 0.5], [0.5, 0.5], [0.0, 1.0], [0.0, 0.0]])


def test_logsumexp_of_nothing_is_minus_infinity() -> None:
    np.testing.assert_array_equal(eg.logsumexp(np.ones((2, 0)), axis=1), [-np.inf, -np.inf])
    assert gradient(lambda x: eg.logsumexp(x, axis=1), np.ones((2, 0))).shape == (2, 0)


@pytest.mark.parametrize("axis", [None, 0, -1, (0, 1), (2, 0)])
@pytest.mark.parametrize("keepdims", [True, False])
def test_logsumexp_reduces_any_axes(axis: Any, keepdims: bool) -> None:
    x = numbers(2, 3, 4)
    expected = np.log(np.sum(np.exp(x), axis=axis, keepdims=keepdims))
    np.testing.assert_allclose(eg.logsumexp(x, axis, keepdims=keepdims), expected, rtol=1e-14)
    eg.check_gradients(lambda t: eg.logsumexp(t, axis, keepdims=keepdims), x)


@pytest.mark.parametrize("axis", [None, 0, -1, (0, 1)])
def test_softmax_sums_to_one_over_any_axes(axis: Any) -> None:
    x = 1e4 * numbers(2, 3, 4)
    np.testing.assert_allclose(np.sum(eg.softmax(x, axis), axis=axis), 1.0, rtol=1e-14)
    eg.check_gradients(lambda t: eg.softmax(t, axis), numbers(2, 3, 4))


@pytest.mark.parametrize("function", [eg.sigmoid, eg.relu, eg.softplus, eg.logsumexp, eg.softmax])
def test_functions_return_arrays_of_arrays_and_tensors_of_tensors(function: Any) -> None:
    x = np.ones((2, 3), np.float32)
    assert isinstance(function(x), (np.ndarray, np.floating))
    assert function(x).dtype == np.float32
    assert isinstance(function(eg.Tensor(x)), eg.Tensor)
    assert function(x.astype(np.float16)).dtype == np.float16
    if function is not eg.relu:
        assert function(eg.Tensor([1, 2])).dtype == np.float64


def test_softmax_of_many_float16_numbers_sums_in_higher_precision() -> None:
    x = np.zeros(5000, np.float16)
    np.testing.assert_allclose(eg.softmax(x), 1 / 5000, rtol=1e-2)
    np.testing.assert_allclose(eg.logsumexp(x), np.log(5000), rtol=1e-3)


@pytest.mark.oracle
@pytest.mark.parametrize("name", ["sigmoid", "relu", "softplus", "softmax"])
def test_jax_has_the_same_gradients(name: str) -> None:
    jax = pytest.importorskip("jax")
    x = numbers(3, 4).astype(np.float32)
    theirs = jax.grad(lambda t: (getattr(jax.nn, name)(t) * x).sum())(x)
    (ours,) = gradients(getattr(eg, name), [x], x)
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)
