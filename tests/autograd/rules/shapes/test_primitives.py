"""Reshaping, indexing, joining and padding: every form of the call, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import einsum_grad as eg
from einsum_grad.errors import ArgumentError, ArgumentTypeError, OperandError, OperandIndexError
from tests.autograd.rules.table import gradients, np, numbers, tensor

WHOLE = np.arange(24.0).reshape(2, 3, 4)


def variable(*shape: int) -> Any:
    return tensor(np.ones(shape))


INDICES: list[Any] = [
    1,
    -1,
    np.int64(1),
    slice(None),
    slice(2, 0, -1),
    ...,
    None,
    (),
    (0, 1, 2),
    (..., 1),
    (slice(None), None, 1),
    [1, 0, 1],
    np.array([[0, 1], [1, 1]]),
    (slice(None), [2, 2, 0]),
    ([0, 1, 0], slice(1, 3), [3, 0, 3]),
    ([[0], [1]], [2, 2]),
    np.array(1),
    True,
    np.array(False),
    np.array([True, False]),
    WHOLE > 7,
    (WHOLE > 7).tolist(),
    (slice(None), np.array([True, False, True]), 1),
    np.array([], dtype=int),
    (1, np.array([1, 1], np.uint8)),
]


@pytest.mark.parametrize("index", INDICES, ids=str)
def test_indexing_goes_back_to_where_the_numbers_came_from(index: Any) -> None:
    x = tensor(WHOLE)
    y = x[index]
    np.testing.assert_array_equal(y.data, np.asarray(WHOLE[index]), strict=True)
    y.backward(np.ones(y.shape))
    expected = np.zeros(WHOLE.shape)
    np.add.at(expected, index, np.ones(y.shape))
    np.testing.assert_array_equal(x.grad, expected)
    eg.check_gradients(lambda t: t[index], WHOLE, step=1.0, rtol=0, atol=1e-12)


@given(st.data())
def test_any_index_that_numpy_takes_goes_back(data: st.DataObject) -> None:
    shape = data.draw(hnp.array_shapes(max_dims=3, max_side=4))
    basic = hnp.basic_indices(shape, allow_newaxis=True)
    index = data.draw(basic | hnp.integer_array_indices(shape))
    x = tensor(np.zeros(shape))
    y = x[index]
    cotangent = np.arange(1.0, y.size + 1).reshape(y.shape)
    y.backward(cotangent)
    expected = np.zeros(shape)
    np.add.at(expected, index, cotangent)
    np.testing.assert_array_equal(x.grad, expected)


def test_an_integer_tensor_is_an_index() -> None:
    x = tensor([1.0, 2.0, 3.0])
    x[eg.Tensor([0, 0, 2])].backward(np.ones(3))
    np.testing.assert_array_equal(x.grad, [2.0, 0.0, 1.0])
    assert [10, 20, 30][eg.Tensor(1)] == 20


def test_repeated_float16_indices_add_in_higher_precision() -> None:
    x = tensor(np.ones(1, np.float16))
    x[np.zeros(5000, int)].backward(np.ones(5000, np.float16))
    np.testing.assert_array_equal(x.grad, np.array([5000], np.float16), strict=True)


@pytest.mark.parametrize("index", [3, (0, 0, 0, 0), [0, 5], (0, 7), np.ones((3, 3), bool)])
def test_an_index_out_of_range_is_an_index_error_of_ours(index: Any) -> None:
    with pytest.raises(OperandIndexError, match="index"):
        tensor(WHOLE)[index]


def test_a_tensor_is_unpacked_along_its_first_axis() -> None:
    x = tensor([[1.0, 2.0], [3.0, 4.0]])
    first, second = x
    (first * 2 + second * 3).backward(np.ones(2))
    np.testing.assert_array_equal(x.grad, [[2.0, 2.0], [3.0, 3.0]])


def test_reshape_takes_every_form_of_a_shape() -> None:
    x = variable(2, 6)
    assert x.reshape(3, 4).shape == x.reshape((3, 4)).shape == x.reshape([3, -1]).shape == (3, 4)
    assert x.reshape(-1).shape == x.ravel().shape == (12,)
    assert variable(1).reshape(()).shape == ()
    with pytest.raises(OperandError, match="reshape: cannot reshape array of size 12"):
        x.reshape(5, 2)
    for order in ("A", "K", 1):
        with pytest.raises(ArgumentError, match="reshape: order is 'C' or 'F'"):
            np.reshape(x, (3, 4), order)


def test_squeeze_and_expand_dims_take_axes_as_numpy_does() -> None:
    x = variable(1, 3, 1)
    assert np.squeeze(x).shape == x.squeeze().shape == (3,)
    assert np.squeeze(x, axis=-1).shape == (1, 3)
    assert np.expand_dims(x, (0, -1)).shape == (1, 1, 3, 1, 1)
    with pytest.raises(OperandError, match="squeeze"):
        np.squeeze(x, 1)
    with pytest.raises(OperandError, match="expand_dims: axis 9"):
        np.expand_dims(x, 9)


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_concatenate_gives_each_part_its_piece(axis: int) -> None:
    parts = [numbers(2, 3), numbers(2, 3) + 1, numbers(2, 3) + 2]
    got = gradients(lambda *t: np.concatenate(t, axis), parts)
    cotangent = np.concatenate(parts, axis)
    (x, y, z) = gradients(lambda *t: np.concatenate(t, axis), parts, cotangent)
    for gradient, part in zip((x, y, z), parts, strict=True):
        np.testing.assert_array_equal(gradient, part)
    assert len(got) == 3


def test_concatenate_takes_arrays_between_tensors() -> None:
    x = tensor(np.ones(2, np.float32))
    y: Any = np.concatenate([np.zeros(3), x, [1, 2]])
    assert y.dtype == np.float64
    y.backward(np.arange(7.0))
    np.testing.assert_array_equal(x.grad, np.array([3, 4], np.float32), strict=True)


def test_parts_that_do_not_fit_are_refused() -> None:
    with pytest.raises(OperandError, match="concatenate: "):
        np.concatenate([variable(2, 3), variable(2, 4)])
    with pytest.raises(OperandError, match="concatenate: "):
        np.concatenate([variable(2), variable(2)], axis=1)
    with pytest.raises(OperandError, match="stack: "):
        np.stack([variable(2), variable(3)])


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -3])
def test_stack_puts_a_new_axis_anywhere(axis: int) -> None:
    x, y = numbers(2, 3), numbers(2, 3) + 1
    stacked = np.stack([tensor(x), y], axis)
    np.testing.assert_array_equal(stacked.data, np.stack([x, y], axis))
    eg.check_gradients(lambda a, b: np.stack([a, b], axis), x, y, step=1.0)


def test_stack_takes_numbers() -> None:
    x = tensor(3.0)
    y: Any = np.stack([x, x * x, 1.0])
    y.backward(np.array([1.0, 10.0, 100.0]))
    np.testing.assert_array_equal(x.grad, 61.0)


@pytest.mark.parametrize(
    "width", [1, (1, 2), ((1, 2),), ((1, 0), (0, 2)), [[2], [1]], 0, np.array([[0, 0], [3, 1]])]
)
def test_pad_takes_widths_as_numpy_does(width: Any) -> None:
    x = numbers(2, 3)
    recorded = np.pad(tensor(x), width, constant_values=7.0)
    np.testing.assert_array_equal(recorded.data, np.pad(x, width, constant_values=7.0))
    eg.check_gradients(lambda t: np.pad(t, width, constant_values=7.0), x, step=1.0)


def test_pad_refuses_what_has_no_rule() -> None:
    x = variable(2, 3)
    with pytest.raises(ArgumentError, match=r"pad with 'mean' .* has no gradient here"):
        np.pad(x, 1, mode="mean")
    with pytest.raises(ArgumentError, match="a reflection is even"):
        np.pad(x, 1, mode="reflect", reflect_type="odd")
    with pytest.raises(ArgumentTypeError, match="pad_width is an integer"):
        np.pad(x, 1.5)
    with pytest.raises(OperandError, match="pad"):
        np.pad(x, -1)
    with pytest.raises(OperandError, match="pad"):
        np.pad(x, (1, 2, 3))
    with pytest.raises(eg.EinsumGradError, match="no gradient for value"):
        np.pad(x, 1, constant_values=variable())


def test_astype_gives_gradients_in_the_dtype_before() -> None:
    x = tensor(np.ones(2, np.float32))
    y = x.astype(np.float64) * 3
    assert y.dtype == np.float64
    y.backward(np.ones(2))
    np.testing.assert_array_equal(x.grad, np.array([3, 3], np.float32), strict=True)
    assert not x.astype(int).requires_grad


def test_scatter_is_the_transpose_of_indexing() -> None:
    def second(x: Any) -> Any:
        return np.sum(eg.grad(lambda t: np.sum(t[[0, 0, 1]] ** 3))(x) * x)

    eg.check_gradients(second, np.array([0.5, 2.0, 3.0]))
