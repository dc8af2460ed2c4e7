"""Registering a primitive: what its rules may ask for, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import einsum_grad as eg
from einsum_grad.autograd.dispatch import table as dispatch
from einsum_grad.errors import ArgumentError, ArgumentTypeError, AutogradError, OperandError
from tests.autograd.rules.table import np, numbers, tensor


@pytest.fixture(autouse=True)
def _table_as_before() -> Iterator[None]:
    dispatch.load_later()
    before = dict(dispatch.RECORDED)
    yield
    dispatch.RECORDED.clear()
    dispatch.RECORDED.update(before)


def test_a_function_of_numpy_records_once_it_has_a_rule() -> None:
    x = numbers(2, 3)
    dispatch.load_later()
    del dispatch.RECORDED[np.arctan]
    with pytest.raises(AutogradError, match=r"np\.arctan"):
        np.arctan(eg.Tensor(x))
    eg.primitive(np.arctan, x=lambda g, x: g / (1 + x * x))
    eg.check_gradients(np.arctan, x)
    eg.check_gradients(eg.grad(lambda t: np.sum(np.arctan(t))), x)


def test_a_function_of_numpy_keeps_its_parameters() -> None:
    def rule(g: Any, axis: Any) -> Any:
        return np.flip(np.cumsum(np.flip(g, axis), axis), axis)

    eg.primitive(np.cumsum, a=rule)
    eg.check_gradients(lambda t: np.cumsum(t, 1), numbers(2, 3))
    eg.check_gradients(lambda t: np.cumsum(t, axis=0), numbers(2, 3))


def test_the_second_operand_of_a_ufunc_is_y() -> None:
    hypot = eg.primitive(np.hypot, x=lambda g, x, out: g * x / out, y=lambda g, y, out: g * y / out)
    eg.check_gradients(hypot, numbers(2, 1), numbers(3))
    eg.check_gradients(np.hypot, numbers(2, 1), numbers(3))


def test_an_operand_of_a_ufunc_may_have_no_rule() -> None:
    eg.primitive(np.ldexp, x=lambda g, y: g * 2.0**y)
    eg.check_gradients(lambda t: np.ldexp(t, [1, 2, 3]), numbers(3))
    with pytest.raises(AutogradError, match="ldexp has no gradient rule for its operand y"):
        np.ldexp(1.0, tensor([1.0]))


def test_a_second_registration_replaces_the_first() -> None:
    eg.primitive(np.cbrt, x=lambda g: g)
    eg.primitive(np.cbrt, x=lambda g, out: g / (3 * out**2))
    eg.check_gradients(np.cbrt, numbers(3, low=0.5, high=2.0))


def test_rules_may_ask_for_operands_parameters_result_shapes_and_position() -> None:
    seen: dict[str, Any] = {}

    def forward(x: Any, w: Any, scale: float = 2.0, *, shift: float = 0.0) -> Any:
        return x * w * scale + shift

    def rule(
        g: Any, x: Any, w: Any, scale: Any, shift: Any, out: Any, shapes: Any, position: Any
    ) -> Any:
        seen.update(x=x, w=w, out=out, scale=scale, shift=shift, shapes=shapes)
        seen.setdefault("positions", []).append(position)
        return g * scale * (w if position == 0 else x)

    scaled = eg.primitive(forward, x=rule, w=rule)
    x, w = np.array([1.0, 2.0]), np.array(3.0)
    variables = [tensor(x), tensor(w)]
    scaled(*variables, shift=1.0).backward(np.ones(2))
    assert seen["positions"] == [0, 1]
    assert (seen["scale"], seen["shift"], seen["shapes"]) == (2.0, 1.0, ((2,), ()))
    np.testing.assert_array_equal(seen["x"], x)
    np.testing.assert_array_equal(seen["out"], [7.0, 13.0])
    np.testing.assert_array_equal(variables[0].grad, [6.0, 6.0])
    np.testing.assert_array_equal(variables[1].grad, 6.0)
    eg.check_gradients(lambda a, b: scaled(w=b, x=a, scale=5.0), x, w)


def test_a_starred_operand_stands_for_any_number() -> None:
    def total(*terms: Any, factor: float = 1.0) -> Any:
        return factor * sum(terms)

    weighted = eg.primitive(total, terms=lambda g, factor, position: g * factor)
    eg.check_gradients(lambda *t: weighted(*t, factor=3.0), *(numbers(n, 1) for n in (2, 2, 1)))


def test_the_second_derivative_of_a_primitive_comes_from_its_rule() -> None:
    cube = eg.primitive(lambda x: x**3, x=lambda g, x: 3 * g * x**2)
    second = eg.grad(eg.grad(cube))
    np.testing.assert_allclose(second(2.0), 12.0)


def test_a_primitive_shows_its_name_and_operands() -> None:
    def scaled(x: Any, by: float = 1.0) -> Any:
        return x * by

    assert repr(eg.primitive(scaled, x=lambda g, by: g * by)) == "<primitive scaled(x, by=1.0)>"
    assert repr(eg.primitive(np.arctan, x=lambda g: g)) == "<primitive arctan(x, /)>"


def test_a_primitive_of_arrays_gives_arrays() -> None:
    cube = eg.primitive(lambda x: x**3, x=lambda g, x: 3 * g * x**2)
    assert type(cube(np.ones(2))) is np.ndarray
    constant = cube(eg.Tensor([1.0, 2.0]))
    assert isinstance(constant, eg.Tensor)
    assert not constant.requires_grad


def test_a_result_of_integers_is_a_constant() -> None:
    rounded = eg.primitive(lambda x: np.round(x).astype(int), x=lambda g: g)
    assert not rounded(tensor([1.5])).requires_grad


def test_a_parameter_may_be_a_constant_tensor_and_nothing_else() -> None:
    scaled = eg.primitive(lambda x, by=1.0: x * by, x=lambda g, by: g * by)
    x = tensor([1.0, 2.0])
    factor = eg.Tensor([2.0, 3.0])
    y = scaled(x, by=factor)
    factor.data[...] = 0.0
    y.backward(np.ones(2))
    np.testing.assert_array_equal(x.grad, [2.0, 3.0])
    with pytest.raises(AutogradError, match=r"no gradient for by: pass by\.data"):
        scaled(x, by=x)


def test_errors_of_the_forward_name_the_primitive() -> None:
    def picky(x: Any) -> Any:
        raise ValueError("not today")

    refused = eg.primitive(picky, x=lambda g: g)
    with pytest.raises(OperandError, match="picky: not today") as refusal:
        refused(eg.Tensor(1.0))
    assert isinstance(refusal.value.__cause__, ValueError)


@pytest.mark.parametrize(
    ("register", "message"),
    [
        (lambda: eg.primitive(np.arctan), "arctan needs a rule"),
        (lambda: eg.primitive(np.arctan, z=lambda g: g), "operand of arctan, which has x; 'z'"),
        (lambda: eg.primitive(lambda x: x, y=lambda g: g), "which has x; 'y' is not"),
        (lambda: eg.primitive(lambda *, x: x, x=lambda g: g), "'x' is not among them"),
        (lambda: eg.primitive(lambda out: out, out=lambda g: g), "'out'"),
        (lambda: eg.primitive(np.arctan, x=lambda g, y: g), "asks for 'y'; known are out,"),
        (lambda: eg.primitive(lambda *xs: xs[0], xs=lambda g, xs: g), "asks for 'xs'"),
        (lambda: eg.primitive(np.arctan, x=lambda: 0), "takes the cotangent"),
    ],
)
def test_invalid_rules_are_refused(register: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        register()


def test_forwards_and_rules_that_are_not_functions_are_refused() -> None:
    calls: list[Any] = [
        lambda: eg.primitive(3, x=lambda g: g),  # type: ignore[arg-type]  # the refusal is tested
        lambda: eg.primitive(np.arctan, x=3),  # type: ignore[arg-type]  # the refusal is tested
    ]
    for register in calls:
        with pytest.raises(ArgumentTypeError, match="function"):
            register()


def test_a_call_that_does_not_fit_is_refused() -> None:
    cube = eg.primitive(lambda x, n=3: x**n, x=lambda g, x, n: n * g * x ** (n - 1))
    calls: list[Any] = [cube, lambda: cube(1.0, 2, 3), lambda: cube(1.0, power=3)]
    calls += [lambda: cube(1.0, 2, n=3), lambda: cube(1.0, x=2.0)]
    for call in calls:
        with pytest.raises(ArgumentTypeError, match=r"<lambda>\(x, n=3\)"):
            call()
    double = eg.primitive(lambda x: 2 * x, x=lambda g: 2 * g)
    with pytest.raises(ArgumentTypeError, match=r"<lambda>\(x\)"):
        double(1.0, n=3)
