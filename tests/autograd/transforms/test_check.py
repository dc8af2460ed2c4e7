"""`check_gradients`: right gradients pass, wrong ones are named."""

from __future__ import annotations

from typing import Any

import pytest

import einsum_grad as eg
from einsum_grad.errors import ArgumentError, AutogradError, DTypeError
from tests.autograd.rules.table import np, numbers


def wrong_in_one_element(g: Any) -> Any:
    wrong = 2 * g
    wrong[1, 2] += 0.001
    return wrong


def test_right_gradients_give_a_report() -> None:
    report = eg.check_gradients(lambda x, w: np.tanh(x @ w), numbers(2, 3), numbers(3, 4))
    assert report.checked == 18
    assert 0 < report.largest_error < 1e-7
    assert report.step == 1e-6


def test_a_step_of_one_is_exact_for_whole_numbers() -> None:
    x, w = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 4)
    report = eg.check_gradients(lambda x, w: eg.einsum("ij,jk->", x, w), x, w, step=1.0)
    assert report.largest_error < 1e-12


def test_exact_gradients_pass_with_zero_tolerance() -> None:
    eg.check_gradients(lambda x: eg.Tensor(3.0), np.ones(2), rtol=0, atol=0)


def test_a_wrong_gradient_is_named_with_its_place() -> None:
    double = eg.primitive(lambda x: 2 * x, x=wrong_in_one_element)
    with pytest.raises(
        AutogradError,
        match=r"gradient of argument 1 at index \(1, 2\): expected \S+ by central.*, got \S+",
    ):
        eg.check_gradients(lambda a, b: a[0, 0] + np.sum(double(b)), numbers(1, 1), numbers(2, 3))


@pytest.mark.parametrize("factor", [0.0, -1.0, 1.001, np.nan, np.inf])
def test_gradients_wrong_everywhere_are_found(factor: float) -> None:
    wrong = eg.primitive(lambda x: x * 1.0, x=lambda g: g * factor)
    with pytest.raises(AutogradError, match="argument 0 at index"):
        eg.check_gradients(wrong, np.array([1.0, 2.0]))


def test_a_gradient_that_is_missing_is_zero() -> None:
    with pytest.raises(AutogradError, match=r"argument 0 .* got 0"):
        eg.check_gradients(lambda x: x.detach() * 2, np.array([1.0]))
    eg.check_gradients(lambda x: eg.Tensor(3.0), np.array([1.0]))


def test_a_wrong_imaginary_part_is_found() -> None:
    conjugated = eg.primitive(lambda z: z * (1 + 2j), z=lambda g: g * (1 + 2j))
    with pytest.raises(AutogradError, match="argument 0"):
        eg.check_gradients(conjugated, np.array([1 + 1j]))
    right = eg.primitive(lambda z: z * (1 + 2j), z=lambda g: g * (1 - 2j))
    report = eg.check_gradients(right, np.array([1 + 1j]), step=1.0)
    assert report.largest_error < 1e-12


def test_other_dtypes_are_checked_in_float64() -> None:
    seen: list[Any] = []

    def function(x: Any) -> Any:
        seen.append(x.dtype)
        return np.sum(np.exp(x))

    for array in (np.ones(2, np.float16), np.ones(2, np.float32), np.ones(2, int), 1):
        eg.check_gradients(function, array)
    assert set(seen) == {np.dtype(np.float64)}


def test_the_arrays_given_do_not_change() -> None:
    x = np.arange(3.0)
    eg.check_gradients(lambda t: t * t, x)
    np.testing.assert_array_equal(x, np.arange(3.0))


def test_functions_that_cannot_be_checked_are_refused() -> None:
    with pytest.raises(AutogradError, match="returned a str"):
        eg.check_gradients(lambda x: "text", np.ones(2))
    with pytest.raises(DTypeError):
        eg.check_gradients(lambda x: x, "text")
    for step in (0.0, -1.0, np.nan):
        with pytest.raises(ArgumentError, match="step"):
            eg.check_gradients(lambda x: x, np.ones(2), step=step)


def test_containers_are_checked_leaf_by_leaf() -> None:
    def layer(params: Any, x: Any) -> Any:
        return {"out": np.tanh(x @ params["w"] + params["b"][0]), "norm": (np.sum(x * x),)}

    params = {"w": numbers(3, 4), "b": [numbers(4)]}
    assert eg.check_gradients(layer, params, numbers(2, 3)).checked == 12 + 4 + 6
    double = eg.primitive(lambda x: 2 * x, x=wrong_in_one_element)
    with pytest.raises(AutogradError, match=r"argument 0\['b'\]\[1\] at index \(1, 2\)"):
        eg.check_gradients(lambda p: double(p["b"][1]), {"w": 1.0, "b": [1.0, numbers(2, 3)]})


def test_a_number_that_lost_its_gradient_is_found() -> None:
    with (
        pytest.warns(UserWarning, match="its derivative is zero"),
        pytest.raises(AutogradError, match="argument 0 at index"),
    ):
        eg.check_gradients(lambda x: np.sum(x * x).item(), numbers(2))
