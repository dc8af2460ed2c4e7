"""`jacobian` and `hessian` of functions of Tensors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import einsum_grad as eg
from einsum_grad.errors import ArgumentError, AutogradError, DTypeError
from tests.autograd.rules.table import CASES, Array, Case, gradients, numbers, weights

SMALL = {name: case for name, case in CASES.items() if case.operands[0].size <= 12}
small_case = pytest.mark.parametrize("case", SMALL.values(), ids=SMALL.keys())


@small_case
def test_a_jacobian_has_the_gradients_as_rows(case: Case) -> None:
    everything = tuple(range(len(case.operands)))
    made = eg.jacobian(case.function, everything)(*case.operands)
    out = case.function(*map(eg.Tensor, case.operands))
    cotangent = weights(out.shape)
    pulled = gradients(case.function, case.operands, cotangent)
    for dense, operand, expected in zip(made, case.operands, pulled, strict=True):
        assert type(dense) is np.ndarray
        assert dense.shape == out.shape + operand.shape
        total = np.tensordot(cotangent, dense, out.ndim)
        np.testing.assert_allclose(total, expected, rtol=1e-12, atol=1e-13)


@small_case
def test_a_hessian_times_a_direction_is_the_product(case: Case) -> None:
    def total(*operands: Any) -> Any:
        out = case.function(*operands)
        return np.sum(out * out * weights(out.shape))

    x = case.operands[0]
    dense = eg.hessian(total)(*case.operands)
    direction = numbers(*x.shape)
    rest = (None,) * (len(case.operands) - 1)
    _, products = eg.hvp(total, case.operands, (direction, *rest))
    assert dense.shape == x.shape + x.shape
    found = np.tensordot(dense, direction, x.ndim)
    np.testing.assert_allclose(found, products[0], rtol=1e-11, atol=1e-12)
    matrix: Array = dense.reshape(x.size, x.size)
    np.testing.assert_allclose(matrix, matrix.T, rtol=1e-11, atol=1e-12)


def test_argnums_and_tuples_nest() -> None:
    x, w = numbers(2), numbers(3)
    blocks = eg.hessian(lambda x, w: np.sum(x) * np.sum(w**2), (0, 1))(x, w)
    assert [[block.shape for block in row] for row in blocks] == [
        [(2, 2), (2, 3)],
        [(3, 2), (3, 3)],
    ]
    np.testing.assert_allclose(blocks[0][1], np.broadcast_to(2 * w, (2, 3)))
    both = eg.jacobian(lambda x: (x * x, np.sum(x)))(x)
    np.testing.assert_allclose(both[0], np.diag(2 * x))
    np.testing.assert_allclose(both[1], np.ones(2))


def test_a_jacobian_of_an_einsum_is_the_linear_pattern_made_dense() -> None:
    x, w = numbers(2, 3), numbers(3, 2)
    made = eg.jacobian(lambda x, w: eg.einsum("ij,jk->ik", x, w), (0, 1))(x, w)
    f = eg.compile("ij,jk->ik")
    for place, dense in enumerate(made):
        np.testing.assert_allclose(dense, f.jacobian(place).materialize(x, w))


def test_a_jacobian_can_be_differentiated_again() -> None:
    x = numbers(3)
    third = eg.jacobian(eg.hessian(lambda x: np.sum(x**4)))(x)
    expected = np.zeros((3, 3, 3))
    expected[np.arange(3), np.arange(3), np.arange(3)] = 24 * x
    np.testing.assert_allclose(third, expected, rtol=1e-12)
    eg.check_gradients(eg.jacobian(lambda x: np.sin(x) * np.sum(x)), x)


def test_independent_results_have_zeros_and_empty_ones_empty_jacobians() -> None:
    np.testing.assert_array_equal(
        eg.jacobian(lambda x: eg.Tensor([1.0]))(numbers(2)), np.zeros((1, 2))
    )
    assert eg.jacobian(lambda x: x[:0])(numbers(2)).shape == (0, 2)
    assert eg.hessian(np.sum)(np.ones(0)).shape == (0, 0)


def test_functions_without_a_jacobian_are_refused() -> None:
    with pytest.raises(AutogradError, match="not a Tensor"):
        eg.jacobian(lambda x: "text")(numbers(2))
    with pytest.raises(DTypeError, match="complex"):
        eg.jacobian(lambda x: x)(numbers(2) * 1j)
    with pytest.raises(ArgumentError):
        eg.jacobian(lambda x: x, 1)(numbers(2))
    with pytest.raises(AutogradError):
        eg.hessian(lambda x: x)(numbers(2))


@pytest.mark.oracle
def test_torch_has_the_same_jacobians_and_hessians() -> None:
    torch = pytest.importorskip("torch")
    x, w = numbers(2, 3), numbers(3, 2)
    functional = torch.autograd.functional
    ours = eg.jacobian(lambda x: np.tanh(x @ w))(x)
    theirs = functional.jacobian(lambda x: torch.tanh(x @ torch.tensor(w)), torch.tensor(x))
    np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-12, atol=1e-14)
    ours = eg.hessian(lambda x: np.sum(eg.softmax(x @ w) ** 2))(x)
    theirs = functional.hessian(
        lambda x: (torch.softmax(x @ torch.tensor(w), -1) ** 2).sum(), torch.tensor(x)
    )
    np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-11, atol=1e-13)
