"""The Tensor itself: how it is made, shown, converted and refused."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

import einsum_grad as eg
from einsum_grad.errors import ArgumentTypeError, AutogradError, DTypeError, OperandError
from tests.autograd.rules.table import np


@pytest.mark.parametrize(
    "data", [1.0, [1.0, 2.0], np.ones((2, 3), np.float16), np.ones((0, 2)), 1j]
)
def test_a_tensor_has_the_shape_and_dtype_of_its_data(data: Any) -> None:
    x = eg.Tensor(data, requires_grad=True)
    array = np.asarray(data)
    assert (x.shape, x.dtype, x.ndim, x.size) == (array.shape, array.dtype, array.ndim, array.size)
    assert x.requires_grad
    assert x.grad is None
    np.testing.assert_array_equal(x.data, array, strict=True)
    np.testing.assert_array_equal(x.numpy(), array, strict=True)


@pytest.mark.parametrize("data", [1, [1, 2], True, np.ones(2, np.uint8), np.ones(2, bool)])
def test_integers_and_bools_have_no_gradient(data: Any) -> None:
    assert not eg.Tensor(data).requires_grad
    with pytest.raises(DTypeError, match=r"only floating and complex numbers .*astype\(float\)"):
        eg.Tensor(data, requires_grad=True)
    x = eg.Tensor(data)
    with pytest.raises(DTypeError, match="only floating"):
        x.requires_grad = True


@pytest.mark.parametrize(
    "data",
    [None, "text", object(), [None], np.array(["2020-01-01"], "M8[D]"), np.zeros(1, "i4,f4"), {}],
    ids=str,
)
def test_anything_but_an_array_of_numbers_is_refused(data: Any) -> None:
    with pytest.raises(DTypeError, match=r"Tensor: .*dtype"):
        eg.Tensor(data)


def test_a_tensor_of_a_tensor_is_refused() -> None:
    with pytest.raises(DTypeError, match="detach"):
        eg.Tensor(eg.Tensor(1.0))


def test_requiring_a_gradient_can_be_switched() -> None:
    x = eg.Tensor([1.0, 2.0])
    x.requires_grad = True
    np.sum(x * x).backward()
    np.testing.assert_array_equal(x.grad, [2.0, 4.0])
    x.requires_grad = True
    np.testing.assert_array_equal(x.grad, [2.0, 4.0])
    x.requires_grad = False
    assert x.grad is None
    assert not (x * x).requires_grad
    y = eg.Tensor(1.0, requires_grad=True) * 2
    with pytest.raises(AutogradError, match="detach"):
        y.requires_grad = False


def test_gradients_may_be_assigned_and_are_copied() -> None:
    x = eg.Tensor([1.0, 2.0], requires_grad=True)
    given = np.array([1.0, 1.0])
    x.grad = given
    np.sum(x).backward()
    np.testing.assert_array_equal(x.grad, [2.0, 2.0])
    np.testing.assert_array_equal(given, [1.0, 1.0])
    with pytest.raises(AutogradError, match="only a variable"):
        eg.Tensor(1.0).grad = np.array(1.0)
    eg.Tensor(1.0).grad = None


@pytest.mark.parametrize(
    ("tensor", "text"),
    [
        (eg.Tensor(3.0), "Tensor(3.)"),
        (eg.Tensor([1.0, 2.5], True), "Tensor([1. , 2.5], requires_grad=True)"),
        (eg.Tensor(np.ones(2, np.float16)), "Tensor([1., 1.], dtype=float16)"),
        (eg.Tensor([1, 2]), "Tensor([1, 2])"),
        (eg.Tensor(1 + 2j), "Tensor(1.+2.j)"),
        (eg.Tensor(np.ones((0, 3))), "Tensor([], shape=(0, 3))"),
        (eg.Tensor([1.0], True) * 2, "Tensor([2.], made by multiply)"),
        (eg.Tensor([[1.0]], True) @ [[2.0]], "made by einsum '...ij,...jk->...ik')"),
        (eg.relu(eg.Tensor([1.0], True)), "Tensor([1.], made by relu)"),
        (eg.Tensor(np.zeros((50, 50)), True), "shape=(50, 50), requires_grad=True)"),
    ],
)
def test_a_tensor_shows_its_values_and_how_it_was_made(tensor: eg.Tensor, text: str) -> None:
    assert repr(tensor).endswith(text)
    assert len(repr(tensor)) < 400
    assert str(tensor) == f"{tensor}" == repr(tensor)


def test_a_single_element_converts_to_a_python_number() -> None:
    x = eg.Tensor(2.5)
    assert (x.item(), float(x), int(x), complex(x), bool(x)) == (2.5, 2.5, 2, 2.5, True)
    assert f"{x:.2f}" == "2.50"
    assert [10, 20, 30][eg.Tensor(2)] == 30
    assert not eg.Tensor(False)
    for convert in (eg.Tensor.item, float, int, complex, bool):
        with pytest.raises(eg.EinsumGradError):
            convert(eg.Tensor([1.0, 2.0]))
    with pytest.raises(ArgumentTypeError, match="index"):
        [10, 20][eg.Tensor(1.0)]


def test_length_and_iteration_follow_the_first_axis() -> None:
    x = eg.Tensor(np.arange(6.0).reshape(3, 2), requires_grad=True)
    assert len(x) == 3
    assert [row.shape for row in x] == [(2,)] * 3
    with pytest.raises(ArgumentTypeError, match="len"):
        len(eg.Tensor(1.0))
    with pytest.raises(ArgumentTypeError, match="len"):
        iter(eg.Tensor(1.0))


def test_tensors_are_hashed_by_identity() -> None:
    x, y = eg.Tensor([1.0, 2.0]), eg.Tensor([1.0, 2.0])
    assert len({x: 1, y: 2}) == 2
    assert {x: 1}[x] == 1


def test_operators_have_the_values_of_numpys() -> None:
    array, other = np.array([1.5, -2.0]), np.array([0.5, 3.0])
    x = eg.Tensor(array, requires_grad=True)
    for ours, theirs in (
        (x + other, array + other),
        (other + x, other + array),
        (x - other, array - other),
        (other - x, other - array),
        (x * other, array * other),
        (other * x, other * array),
        (x / other, array / other),
        (other / x, other / array),
        (x**2, array**2),
        (2**x, 2**array),
        (x @ other, array @ other),
        (other @ x, other @ array),
        (-x, -array),
        (+x, +array),
        (abs(x), abs(array)),
    ):
        assert ours.requires_grad
        np.testing.assert_array_equal(ours.data, theirs)


def test_operators_between_tensors_and_numbers_are_recorded_from_both_sides() -> None:
    for function in (
        lambda t: 2 + t + 2,
        lambda t: 2 - t - 2,
        lambda t: 2 * t * 2,
        lambda t: 2 / t / 2,
        lambda t: 2**t + t**2,
    ):
        eg.check_gradients(function, np.array([1.5, 0.5]))


def test_operators_without_a_rule_are_refused() -> None:
    x: Any = eg.Tensor([1.0, 2.0])
    calls: list[Any] = [
        lambda: x << 1,
        lambda: x & 1,
        lambda: ~x,
    ]
    for call in calls:
        with pytest.raises(TypeError):
            call()


def test_detached_results_are_constants() -> None:
    x = eg.Tensor([1.0, 2.0], requires_grad=True)
    (x * x.detach()).backward(np.ones(2))
    np.testing.assert_array_equal(x.grad, [1.0, 2.0])


@pytest.mark.parametrize(
    "again", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))]
)
def test_variables_and_constants_can_be_copied_and_pickled(again: Any) -> None:
    for x in (eg.Tensor([1.0, 2.0], requires_grad=True), eg.Tensor([1, 2])):
        y = again(x)
        assert y.requires_grad == x.requires_grad
        y.data[...] = 0
        np.testing.assert_array_equal(x.data, [1, 2])
    with pytest.raises(AutogradError, match="detach"):
        again(eg.Tensor(1.0, requires_grad=True) * 2)


def test_a_tensor_has_no_other_attributes() -> None:
    x = eg.Tensor(1.0)
    with pytest.raises(AttributeError):
        x.gradient = 1.0  # type: ignore[attr-defined]  # a typo must not pass


def test_data_of_the_wrong_kind_are_refused() -> None:
    x = eg.Tensor([1.0, 2.0], requires_grad=True)
    for wrong in (None, "ab", [None, None]):
        with pytest.raises(DTypeError):
            x.data = wrong
    with pytest.raises(OperandError):
        x.data = [1, 2]
