"""Augmented assignments: in place where nothing is recorded, recorded or refused where it is."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import einsum_grad as eg
from einsum_grad.errors import ArgumentTypeError, AutogradError, DTypeError, OperandError

Update = Callable[[Any, Any], Any]

UPDATES: dict[str, Update] = {
    "+": operator.iadd,
    "-": operator.isub,
    "*": operator.imul,
    "/": operator.itruediv,
    "**": operator.ipow,
    "@": operator.imatmul,
    "//": operator.ifloordiv,
    "%": operator.imod,
}
every = pytest.mark.parametrize(("sign", "update"), UPDATES.items())

X = np.array([[1.125, 2.25], [3.75, 4.5]])
Y = np.array([[0.5, 2.0], [1.0, 3.0]])


def changed(update: Update) -> Any:
    return update(X.copy(), Y)


def plain(update: Update, x: Any, y: Any) -> Any:
    """The operator itself, which gives a new Tensor."""
    return getattr(operator, update.__name__.removeprefix("i"))(x, y)


@every
def test_a_variable_is_updated_in_place_inside_no_grad(sign: str, update: Update) -> None:
    w = eg.Tensor(X, requires_grad=True)
    w.grad = Y
    array, same = w.data, w
    with eg.no_grad():
        w = update(w, Y)
    assert w is same
    assert w.requires_grad
    assert w.data is array
    np.testing.assert_array_equal(array, changed(update))
    np.testing.assert_array_equal(w.grad, Y)
    np.sum(w * 2).backward()
    np.testing.assert_array_equal(w.grad, Y + 2)


@every
def test_a_variable_is_not_updated_where_operations_are_recorded(sign: str, update: Update) -> None:
    for other in (Y, eg.Tensor(Y), eg.Tensor(Y, requires_grad=True), 1.0 + 0 * Y):
        w = eg.Tensor(X, requires_grad=True)
        with pytest.raises(AutogradError) as caught:
            update(w, other)
        told = str(caught.value)
        assert f"w {sign}= …" in told
        assert "with einsum_grad.no_grad():" in told
        assert f"w = w {sign} …" in told
        np.testing.assert_array_equal(w.data, X)


@every
def test_a_recorded_result_is_bound_anew_and_recorded(sign: str, update: Update) -> None:
    w = eg.Tensor(X, requires_grad=True)
    result = w * 1.0
    found = update(result, Y)
    assert found is not result
    np.testing.assert_array_equal(result.data, X)
    np.testing.assert_array_equal(found.data, changed(update))
    eg.check_gradients(lambda x: update(x * 1.0, Y), X)
    with eg.no_grad(), pytest.raises(AutogradError, match=r"recorded result.*detach\(\)"):
        update(result, Y)


@every
def test_a_constant_is_updated_in_place_or_becomes_recorded(sign: str, update: Update) -> None:
    constant = eg.Tensor(X)
    array = constant.data
    assert update(constant, Y) is constant
    assert constant.data is array
    np.testing.assert_array_equal(array, changed(update))
    eg.check_gradients(lambda y: update(eg.Tensor(X), y), Y)
    eg.check_gradients(lambda y: update(X.copy(), y) if sign == "?" else plain(update, X, y), Y)


@every
@pytest.mark.parametrize(
    "derive",
    [
        lambda f: eg.grad(f)(X),
        lambda f: eg.value_and_grad(f)(X)[1],
        lambda f: eg.jacobian(f)(X),
        lambda f: eg.hvp(f)(X, X)[0],
        lambda f: eg.grad(lambda p: f(p["x"]))({"x": X})["x"],
    ],
    ids=["grad", "value_and_grad", "jacobian", "hvp", "container"],
)
def test_an_argument_of_a_transform_is_bound_anew(derive: Any, sign: str, update: Update) -> None:
    def function(x: Any) -> Any:
        x = update(x, Y)
        return np.sum(x)

    expected = eg.grad(lambda x: np.sum(plain(update, x, Y)))(X)
    np.testing.assert_allclose(derive(function), expected)


def test_gradient_descent_as_one_writes_it() -> None:
    w = eg.Tensor([5.0, -3.0], requires_grad=True)
    target = np.array([1.0, 2.0])
    address = w.data.__array_interface__["data"]
    for _ in range(100):
        loss = np.sum((w - target) ** 2)
        loss.backward()
        with eg.no_grad():
            w -= 0.1 * w.grad
        w.grad = None
    np.testing.assert_allclose(w.data, target, rtol=1e-8)
    assert w.data.__array_interface__["data"] == address


def test_variables_in_a_list_are_updated_through_the_loop_s_name() -> None:
    params = [eg.Tensor(X, requires_grad=True), eg.Tensor(Y, requires_grad=True)]
    np.sum(params[0] * params[1]).backward()
    with eg.no_grad():
        for w in params:
            w -= w.grad  # noqa: PLW2901  # in place: that is what is tested
    np.testing.assert_array_equal(params[0].data, X - Y)
    np.testing.assert_array_equal(params[1].data, Y - X)


def test_a_graph_recorded_before_keeps_the_old_values() -> None:
    w = eg.Tensor(X, requires_grad=True)
    loss, view = np.sum(w * w), w.T
    with eg.no_grad():
        w *= 10.0
        w[0, 0] = 7.0
    loss.backward()
    np.testing.assert_array_equal(w.grad, 2 * X)
    np.testing.assert_array_equal(view.data, X.T)
    np.testing.assert_array_equal(w.data, [[7.0, 22.5], [37.5, 45.0]])


@pytest.mark.parametrize("index", [0, (0, 1), slice(None), ..., (slice(None), 1), X > 2])
def test_elements_are_updated_inside_no_grad(index: Any) -> None:
    w, expected = eg.Tensor(X, requires_grad=True), X.copy()
    same = w
    with eg.no_grad():
        w[index] -= 0.5
        w[index] = w[index] * 2
    expected[index] = (expected[index] - 0.5) * 2
    assert w is same
    assert w.requires_grad
    np.testing.assert_array_equal(w.data, expected)


def test_elements_are_not_assigned_where_operations_are_recorded() -> None:
    w = eg.Tensor(X, requires_grad=True)
    for target, value in (
        (w, 1.0),
        (w * 1.0, 1.0),
        (w * 1.0, w[0]),
        (eg.Tensor(X), w[0]),
    ):
        before = target.data.copy()
        with pytest.raises(AutogradError, match=r"can't be assigned.*np\.where.*no_grad"):
            target[0] = value
        with pytest.raises(AutogradError, match=r"can't be assigned"):
            target[...] *= w
        np.testing.assert_array_equal(target.data, before)
    result = w * 1.0
    with eg.no_grad(), pytest.raises(AutogradError, match="can't be assigned"):
        result[0] = 1.0
    with pytest.raises(AutogradError, match="can't be assigned"):
        eg.grad(lambda x: operator.setitem(x, 0, 1.0) or np.sum(x))(X)


def test_elements_of_constants_are_assigned() -> None:
    constant = eg.Tensor(X)
    row = constant[0]
    constant[0] = [9.0, eg.Tensor(8.0).item()]
    constant[eg.Tensor(1)] = eg.Tensor(Y)[0]
    np.testing.assert_array_equal(constant.data, [[9.0, 8.0], Y[0]])
    np.testing.assert_array_equal(row.data, X[0])


def test_updates_that_do_not_fit_are_refused_and_change_nothing() -> None:
    w, whole = eg.Tensor(X, requires_grad=True), eg.Tensor([1, 2])
    with eg.no_grad():
        for other, error in (
            (np.ones((3, 2, 2)), OperandError),
            (np.ones(3), OperandError),
            (1j, ArgumentTypeError),
            ("text", DTypeError),
        ):
            with pytest.raises(error):
                w += other
        with pytest.raises(OperandError):
            w[0] = np.ones(3)
        with pytest.raises(eg.EinsumGradError):
            w[5] = 1.0
    with pytest.raises(ArgumentTypeError):
        whole /= 2
    np.testing.assert_array_equal(w.data, X)
    np.testing.assert_array_equal(whole.data, [1, 2])
