"""Linear functions of one array: NumPy's values and refusals, and exact gradients."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

import einsum_grad as eg
from einsum_grad.autograd.tape.nodes import Node
from einsum_grad.errors import ArgumentError, ArgumentTypeError, OperandError
from tests.autograd.rules.table import gradients, np, tensor

WHOLE = np.arange(24.0).reshape(2, 3, 4)


def exact(function: Any, *arrays: Any) -> None:
    """NumPy's value, shape and dtype, and gradients that are exact for integers."""
    for dtype in (np.float64, np.float32, np.complex128, np.int64, bool):
        given = [np.asarray(array).astype(dtype) for array in arrays]
        ours, theirs = function(*map(eg.Tensor, given)), function(*given)
        assert isinstance(ours, eg.Tensor)
        np.testing.assert_array_equal(ours.data, np.asarray(theirs), strict=True)
    report = eg.check_gradients(function, *arrays, step=1.0, rtol=0, atol=1e-12)
    assert report.checked == sum(np.size(array) for array in arrays)


@pytest.mark.parametrize("function", [np.sum, np.mean])
@pytest.mark.parametrize("axis", [None, 0, 1, -1, (0, 2), (-1, 0), (), (0, 1, 2)])
@pytest.mark.parametrize("keepdims", [True, False])
def test_sums_and_means_over_any_axes(function: Any, axis: Any, keepdims: bool) -> None:
    exact(lambda t: function(t, axis=axis, keepdims=keepdims), 12 * WHOLE)


@pytest.mark.parametrize("function", [np.sum, np.mean])
def test_sums_and_means_refuse_axes_out_of_range(function: Any) -> None:
    x = tensor(WHOLE)
    for axis in (3, -4, (0, 0), (0, 5)):
        with pytest.raises(OperandError, match=function.__name__):
            function(x, axis=axis)
    with pytest.raises(ArgumentTypeError):
        function(x, axis=1.5)


def test_a_dtype_is_summed_in_and_returned() -> None:
    x = tensor(np.ones(3, np.float32))
    y = np.sum(x, dtype=np.float64) + np.mean(x, dtype=np.float64)
    assert y.dtype == np.float64
    y.backward()
    assert x.grad.dtype == np.float32
    np.testing.assert_allclose(x.grad, 1 + 1 / 3)


def test_the_mean_of_many_float16_numbers_does_not_overflow() -> None:
    x = tensor(np.full(5000, 60.0, np.float16))
    y = np.mean(x)
    assert (y.dtype, y.item()) == (np.float16, 60.0)
    y.backward()
    np.testing.assert_array_equal(x.grad, np.full(5000, 1 / 5000, np.float16), strict=True)


def test_the_mean_of_an_empty_array_is_nan_as_in_numpy() -> None:
    with pytest.warns(RuntimeWarning, match="invalid value"):
        y = np.mean(tensor(np.ones(0)))
    assert np.isnan(y.data)


def test_sums_of_zero_sizes_are_zeros() -> None:
    exact(lambda t: np.sum(t, axis=1), np.ones((2, 0, 3)))
    (gradient,) = gradients(lambda t: np.sum(t, axis=0), [np.ones((0, 3))])
    assert gradient.shape == (0, 3)


@pytest.mark.parametrize("axes", [None, *itertools.permutations(range(3)), (-1, 0, 1)])
def test_transpose_takes_every_order(axes: Any) -> None:
    exact(lambda t: np.transpose(t, axes), WHOLE)


def test_transpose_has_its_forms_as_a_method() -> None:
    x = eg.Tensor(WHOLE)
    assert x.T.shape == x.transpose().shape == x.transpose(None).shape == (4, 3, 2)
    assert x.transpose(1, 0, 2).shape == x.transpose((1, 0, 2)).shape == (3, 2, 4)


@pytest.mark.parametrize("axes", [(0, 1), (0, 0, 1), (0, 1, 3), (0, 1, 2, 3)])
def test_transpose_refuses_invalid_orders(axes: Any) -> None:
    with pytest.raises(OperandError, match="transpose"):
        np.transpose(tensor(WHOLE), axes)


@pytest.mark.parametrize(("one", "other"), list(itertools.product([0, 1, -1], repeat=2)))
def test_axes_are_swapped_and_moved(one: int, other: int) -> None:
    exact(lambda t: np.swapaxes(t, one, other), WHOLE)
    exact(lambda t: np.moveaxis(t, one, other), WHOLE)


def test_several_axes_are_moved_at_once() -> None:
    for source, destination in itertools.permutations(itertools.permutations(range(3), 2), 2):
        exact(lambda t, s=source, d=destination: np.moveaxis(t, s, d), WHOLE)


def test_moving_axes_out_of_range_is_refused() -> None:
    x = tensor(WHOLE)
    calls: list[Any] = [
        lambda: np.swapaxes(x, 0, 3),
        lambda: np.moveaxis(x, 3, 0),
        lambda: np.moveaxis(x, [0, 1], [0]),
        lambda: np.moveaxis(x, [0, 0], [0, 1]),
    ]
    for refused in calls:
        with pytest.raises(OperandError, match=r"axes|axis"):
            refused()


@pytest.mark.parametrize("shape", [(2, 3), (5, 2, 3), (1, 1, 2, 3)])
def test_broadcast_to_repeats_along_new_axes(shape: Any) -> None:
    exact(lambda t: np.broadcast_to(t, shape), np.arange(6.0).reshape(2, 3))


@pytest.mark.parametrize("shape", [(2, 3), (2, 1), (1, 3), (4, 2, 3), (0, 3), (4, 0, 1)])
def test_broadcast_to_stretches_axes_of_size_1(shape: Any) -> None:
    exact(lambda t: np.broadcast_to(t, shape), np.array([[3.0]]))
    exact(lambda t: np.broadcast_to(t, shape), np.array(3.0))


def test_broadcast_to_what_does_not_fit_is_refused() -> None:
    for shape in ((2, 4), (3,), -1, ()):
        with pytest.raises(OperandError, match="broadcast_to"):
            np.broadcast_to(tensor(np.ones((2, 3))), shape)


def test_broadcast_to_many_axes_has_labels_for_all() -> None:
    x = tensor(np.ones((1,) * 32))
    y = np.broadcast_to(x, (2, *(1,) * 61, 3, 2))
    y.backward(np.ones(y.shape))
    np.testing.assert_array_equal(x.grad, np.full(x.shape, 12.0), strict=True)


@pytest.mark.parametrize("offset", range(-4, 5))
@pytest.mark.parametrize("axes", [(0, 1), (1, 0), (2, 1), (0, -1)])
def test_diagonals_and_traces_at_any_offset(offset: int, axes: Any) -> None:
    exact(lambda t: np.diagonal(t, offset, *axes), WHOLE)
    exact(lambda t: np.trace(t, offset, *axes), WHOLE)


def test_diagonals_and_traces_begin_with_the_first_two_axes() -> None:
    exact(np.diagonal, WHOLE)
    exact(np.trace, WHOLE)


def test_tensors_may_be_given_by_keyword() -> None:
    for x in (tensor(WHOLE), eg.Tensor([[1, 2], [3, 4]])):
        assert np.sum(a=x, axis=0).shape == x.shape[1:]
        assert np.transpose(a=x).shape == x.shape[::-1]


def test_diagonals_and_traces_need_two_axes() -> None:
    x = tensor(WHOLE)
    for function in (np.diagonal, np.trace):
        for axes in ((0, 0), (0, 3)):
            with pytest.raises(OperandError, match=function.__name__):
                function(x, 0, *axes)
        with pytest.raises(OperandError, match=function.__name__):
            function(x[0, 0])


def test_methods_are_numpys_functions() -> None:
    x = tensor(WHOLE)
    calls: dict[str, dict[str, Any]] = {
        "sum": {"axis": 1},
        "mean": {"axis": (0, 1), "keepdims": True},
        "max": {"axis": 2},
        "min": {},
        "trace": {"offset": 1},
        "diagonal": {"axis1": 1, "axis2": 2},
        "swapaxes": {"axis1": 0, "axis2": 1},
        "squeeze": {},
        "ravel": {},
        "clip": {"a_min": 2.0, "a_max": 5.0},
        "conj": {},
        "exp": {},
        "sqrt": {},
        "tanh": {},
        "sin": {},
        "cos": {},
    }
    for name, keywords in calls.items():
        ours = getattr(x, name)(**keywords)
        np.testing.assert_allclose(ours.data, getattr(np, name)(WHOLE, **keywords), rtol=1e-14)
        assert ours.requires_grad
    np.testing.assert_array_equal((x + 1).log().data, np.log(WHOLE + 1))
    np.testing.assert_array_equal(x.dot(np.ones(4)).data, WHOLE @ np.ones(4))


def test_every_linear_function_is_recorded_as_an_einsum() -> None:
    x = tensor(WHOLE)
    square = tensor(np.eye(3))
    results = [
        *(np.sum(x), np.transpose(x), np.swapaxes(x, 0, 1), np.moveaxis(x, 0, 1)),
        *(np.broadcast_to(x, (5, 2, 3, 4)), np.trace(square), np.diagonal(square)),
        *(square @ square, np.dot(x, x[0].T), np.inner(x, x), np.outer(x, x), np.vdot(x, x)),
        *(np.tensordot(x, x, ([0], [0])), np.einsum("ijk->", x)),
    ]
    for result in results:
        assert isinstance(result._node, Node)
        assert result._node.name.startswith("einsum")


def test_axes_without_end_are_refused() -> None:
    x, zeros = tensor(WHOLE), itertools.repeat(0)
    endless: tuple[Callable[[], Any], ...] = (
        lambda: np.sum(x, axis=zeros),
        lambda: np.mean(x, axis=iter(range(10**12))),
        lambda: np.moveaxis(x, zeros, 0),
        lambda: np.moveaxis(x, 0, zeros),
        lambda: np.broadcast_to(x, zeros),
        lambda: np.expand_dims(x, zeros),
        lambda: np.tensordot(x, x, (zeros, 0)),
    )
    for function in endless:
        with pytest.raises(ArgumentError, match="more than 64 axes"):
            function()
    with pytest.raises(ArgumentError, match="the axes of the first and the second"):
        np.tensordot(x, x, zeros)
    np.testing.assert_array_equal(np.sum(x, axis=iter((0, 2))).data, WHOLE.sum((0, 2)))
