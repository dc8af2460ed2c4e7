"""Products of two arrays: NumPy's values and refusals for all ranks, and exact gradients."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

import einsum_grad as eg
from einsum_grad.errors import ArgumentError, ArgumentTypeError, OperandError
from tests.autograd.rules.table import np, tensor
from tests.tries import sample

SHAPES: list[tuple[int, ...]] = [
    (),
    (2,),
    (3,),
    (2, 3),
    (3, 2),
    (1, 3),
    (3, 1),
    (1, 1),
    (4, 2, 3),
    (1, 3, 2),
    (4, 3, 2),
    (5, 1, 2, 3),
    (0, 3),
    (3, 0),
]


def whole(*shape: int) -> Any:
    return np.arange(float(np.prod(shape, dtype=int))).reshape(shape) - 2


def as_numpy(function: Any, one: Any, other: Any) -> None:
    """Whatever NumPy returns or refuses, with exact gradients of what it returns."""
    try:
        expected = function(one, other)
    except (ValueError, IndexError):
        for given in itertools.product(
            (one, eg.Tensor(one, True)), (other, eg.Tensor(other, True))
        ):
            if any(isinstance(operand, eg.Tensor) for operand in given):
                with pytest.raises(eg.EinsumGradError):
                    function(*given)
        return
    got = function(tensor(one), tensor(other))
    np.testing.assert_array_equal(got.data, np.asarray(expected), strict=True)
    np.testing.assert_array_equal(function(one, eg.Tensor(other)).data, np.asarray(expected))
    eg.check_gradients(function, one, other, step=1.0, rtol=0, atol=1e-9)


@pytest.mark.parametrize("function", [np.matmul, np.dot, np.inner, np.outer, np.vdot])
@pytest.mark.parametrize(("one", "other"), sample(itertools.product(SHAPES, SHAPES)))
def test_products_are_numpys_for_all_ranks(function: Any, one: Any, other: Any) -> None:
    as_numpy(function, whole(*one), whole(*other))


AXES: list[Any] = [
    *(0, 1, 2, np.int64(1)),
    *((0, 0), (1, 0), (-1, 1), ([0, 1], [0, 1]), ([1, 0], [0, 1]), ((0, 1), (1, 0))),
    *(([], []), (2, 0), ([0, 0], [0, 1])),
]


@pytest.mark.parametrize("axes", AXES, ids=str)
@pytest.mark.parametrize(("one", "other"), list(itertools.product(SHAPES[3:7], SHAPES[3:7])))
def test_tensordot_is_numpys_for_all_axes(axes: Any, one: Any, other: Any) -> None:
    as_numpy(lambda x, y: np.tensordot(x, y, axes), whole(*one), whole(*other))


def test_tensordot_sums_over_two_axes_by_default() -> None:
    as_numpy(np.tensordot, whole(2, 3), whole(2, 3))
    as_numpy(np.tensordot, whole(4, 2, 3), whole(2, 3, 2))


def test_products_do_not_broadcast_the_summed_axis() -> None:
    x, y = tensor(whole(2, 1)), eg.Tensor(whole(3, 4))
    with pytest.raises(OperandError, match=r"matmul: shapes \(2, 1\) and \(3, 4\).*size 1.* 3"):
        x @ y
    with pytest.raises(OperandError, match="dot: shapes"):
        np.dot(x, y)
    with pytest.raises(OperandError, match="tensordot: shapes"):
        np.tensordot(x, y, 1)


def test_tensordot_refuses_axes_that_do_not_pair() -> None:
    x, y = tensor(whole(2, 3)), whole(3, 2)
    with pytest.raises(ArgumentError, match="pairs 2 axes with 1"):
        np.tensordot(x, y, ([0, 1], [0]))
    with pytest.raises(ArgumentError, match="axes is a number, or"):
        np.tensordot(x, y, (0, 1, 2))
    with pytest.raises(OperandError, match="tensordot"):
        np.tensordot(x, y, ([2], [0]))
    with pytest.raises(ArgumentTypeError, match="tensordot"):
        np.tensordot(x, y, 1.5)


def test_a_product_with_an_array_on_the_left_is_recorded() -> None:
    x = tensor(np.ones(3))
    y = np.arange(6.0).reshape(2, 3) @ x
    assert isinstance(y, eg.Tensor)
    y.backward(np.array([1.0, 10.0]))
    np.testing.assert_array_equal(x.grad, [30.0, 41.0, 52.0])


def test_vdot_conjugates_its_first_operand() -> None:
    x, y = np.array([1 + 2j, 3j]), np.array([2 - 1j, 1 + 1j])
    assert complex(np.vdot(eg.Tensor(x), y)) == np.vdot(x, y)
    eg.check_gradients(np.vdot, x, y, step=1.0)


@pytest.mark.parametrize("function", [np.matmul, np.dot, np.inner, np.outer, np.vdot])
def test_integers_multiply_as_numpys(function: Any) -> None:
    x, y = np.arange(4, dtype=np.int16), np.arange(4, dtype=np.int32)
    got = function(eg.Tensor(x), y)
    assert isinstance(got, eg.Tensor)
    np.testing.assert_array_equal(got.data, np.asarray(function(x, y)), strict=True)
