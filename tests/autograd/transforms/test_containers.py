"""Containers of arrays, taken apart, rebuilt, and differentiated by every transform."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pytest

import einsum_grad as eg
from einsum_grad.autograd.transforms.containers import MOST_LEVELS, flatten, mapped
from einsum_grad.errors import ArgumentError, AutogradError, DTypeError, OperandError


class Pair(NamedTuple):
    first: Any
    second: Any


@dataclass
class Layer:
    w: Any
    b: Any


@dataclass(frozen=True, slots=True)
class Frozen:
    w: Any
    made: Any = field(init=False, default=5.0)

    def __post_init__(self) -> None:
        assert isinstance(self.w, float), "made by hand alone"


class Listed(list[Any]):
    pass


X, Y = np.array([1.0, 2.0]), np.array([[3.0, 4.0], [5.0, 6.0]])

CONTAINERS: dict[str, Any] = {
    "an array": X,
    "a number": 3.0,
    "a tuple": (X, Y),
    "a list": [X, 2.0],
    "a subclass of list": Listed([X, Y]),
    "a dict": {"b": X, "a": Y},
    "an ordered dict": OrderedDict(b=X, a=Y),
    "a default dict": defaultdict(list, {"b": X, 1: Y}),
    "a named tuple": Pair(X, Y),
    "a dataclass": Layer(X, Y),
    "a frozen dataclass": Frozen(2.0),
    "nested": {"layers": [Layer(X, Y), Layer(Y, {"bias": (X,)})], "scale": Pair(2.0, [3.0])},
    "with empty ones": {"none": None, "tuple": (), "dict": {}, "x": X},
}
every = pytest.mark.parametrize("value", CONTAINERS.values(), ids=CONTAINERS)


def leaves(value: Any) -> list[Any]:
    return flatten(value)[0]


def total(value: Any) -> Any:
    """The sum of the cubes of everything: the gradient tells each leaf from the others."""
    return sum((np.sum(leaf**3) * (n + 1) for n, leaf in enumerate(leaves(value))), eg.Tensor(0.0))


def same(one: Any, other: Any) -> None:
    """Equal leaves, in containers alike."""
    ours, theirs = flatten(one), flatten(other)
    assert ours[1].names() == theirs[1].names()
    for a, b in zip(ours[0], theirs[0], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-14)


@every
def test_a_container_is_rebuilt_as_it_was(value: Any) -> None:
    found, structure = flatten(value)
    again = structure.build(found)
    assert type(again) is type(value)
    same(again, value)
    assert len(structure.names()) == len(found)
    if not isinstance(value, (np.ndarray, float)):
        assert again is not value


def test_leaves_are_named_as_one_would_write_them() -> None:
    assert flatten(CONTAINERS["nested"])[1].names("p") == [
        "p['layers'][0].w",
        "p['layers'][0].b",
        "p['layers'][1].w",
        "p['layers'][1].b['bias'][0]",
        "p['scale'].first",
        "p['scale'].second[0]",
    ]


def test_a_container_that_changes_later_is_rebuilt_as_it_was() -> None:
    given = {"a": 1.0, "b": 2.0}
    _, structure = flatten(given)
    given["c"] = given.pop("a")
    assert structure.build([10.0, 20.0]) == {"a": 10.0, "b": 20.0}


def test_a_default_dict_keeps_its_default() -> None:
    found, structure = flatten(CONTAINERS["a default dict"])
    assert structure.build(found)["new"] == []


def test_containers_nested_in_themselves_are_refused() -> None:
    endless: list[Any] = []
    endless += [endless, endless]
    deep: Any = 1.0
    for _ in range(MOST_LEVELS + 1):
        deep = (deep,)
    assert leaves(deep) == [1.0]
    for value in (endless, (deep,)):
        with pytest.raises(ArgumentError, match="nested at most"):
            eg.grad(total)(value)


@every
def test_a_gradient_is_like_the_argument(value: Any) -> None:
    expected = structure_of(value, lambda n, x: 3 * (n + 1) * x**2)
    for gradient in (
        eg.grad(total)(value),
        eg.value_and_grad(total)(value)[1],
        eg.grad(lambda a, b: total(b), -1)(1.0, value),
        eg.grad(lambda a, b: total(b), (0, 1))(1.0, value)[1],
        eg.hvp(total)(value, value)[0],
        eg.hvp(total, (value,), (value,))[0][0],
    ):
        assert type(gradient) is type(value) or isinstance(gradient, np.ndarray)
        same(gradient, expected)
        assert all(type(leaf) is np.ndarray for leaf in leaves(gradient))


def structure_of(value: Any, function: Callable[[int, Any], Any]) -> Any:
    found, structure = flatten(value)
    return structure.build(function(n, np.asarray(leaf)) for n, leaf in enumerate(found))


@every
def test_tangents_and_products_are_like_the_argument(value: Any) -> None:
    tangent = structure_of(value, lambda n, x: x * (n + 2.0))
    product = structure_of(value, lambda n, x: 6 * (n + 1) * x * x * (n + 2))
    same(eg.hvp(total)(value, tangent)[1], product)
    out, along = eg.jvp(lambda p: mapped(lambda leaf: leaf**2, p))(value, tangent)
    same(out, structure_of(value, lambda n, x: x * x))
    same(along, structure_of(value, lambda n, x: 2 * x * x * (n + 2.0)))
    assert type(along) is type(value) or isinstance(along, np.ndarray)


@every
def test_jacobians_are_nested_as_result_and_argument(value: Any) -> None:
    def function(p: Any) -> Any:
        return {"squares": mapped(lambda leaf: leaf**2, p), "total": total(p)}

    made = eg.jacobian(function)(value)
    same(made["total"], eg.grad(total)(value))
    for row, (place, leaf) in zip(rows(made, value), enumerate(leaves(value)), strict=True):
        for column, block in enumerate(leaves(row)):
            size = np.size(leaf)
            dense = np.diag(2 * np.ravel(leaf)) if place == column else 0 * block
            if place == column:
                np.testing.assert_allclose(block.reshape(size, size), dense)
            else:
                np.testing.assert_array_equal(block, dense)
    second = eg.hessian(total)(value)
    for row, leaf in zip(leaves_of_rows(second, value), leaves(value), strict=True):
        assert len(leaves(row)) == len(leaves(value))
        assert np.shape(leaves(row)[0])[: np.ndim(leaf)] == np.shape(leaf)


def rows(made: Any, value: Any) -> list[Any]:
    """The part of the Jacobian for each leaf of the result."""
    return leaves_of_rows(made["squares"], value)


def leaves_of_rows(made: Any, value: Any) -> list[Any]:
    flat, (found, structure) = leaves(made), flatten(value)
    count = len(found)
    assert len(flat) == count * count
    return [structure.build(flat[n * count : (n + 1) * count]) for n in range(count)]


def test_containers_of_tensors_are_differentiated_again() -> None:
    params = {"w": X, "b": (Y,)}

    def norm(p: Any) -> Any:
        return sum((np.sum(leaf**2) for leaf in leaves(eg.grad(total)(p))), eg.Tensor(0.0))

    expected = structure_of(params, lambda n, x: 36 * (n + 1) ** 2 * x**3)
    same(eg.grad(norm)(params), expected)
    variables = mapped(lambda leaf: eg.Tensor(leaf, requires_grad=True), params)
    norm(variables).backward()
    same(mapped(lambda leaf: leaf.grad, variables), expected)


def test_a_tangent_may_leave_parts_out_and_have_another_order() -> None:
    params = {"w": X, "b": [Y, 2.0]}
    _, along = eg.jvp(total)(params, {"b": [None, 1.0], "w": X})
    np.testing.assert_allclose(along, np.sum(3 * X**3) + 3 * 3 * 4)
    _, along = eg.jvp(total)(params, {"b": None, "w": X})
    np.testing.assert_allclose(along, np.sum(3 * X**3))
    gradient, product = eg.hvp(total)(params, {"b": [None, 1.0], "w": None})
    same(gradient, eg.grad(total)(params))
    same(product, {"w": 0 * X, "b": [0 * Y, np.array(36.0)]})


def test_the_tangent_comes_last_or_at_once() -> None:
    def function(x: Any, w: Any, *, power: int = 2) -> Any:
        return np.sum((x * w) ** power)

    by_both = eg.jvp(function, argnums=(0, 1))(X, X, (X, None))
    np.testing.assert_array_equal(by_both, eg.jvp(function, (X, X), (X, None)))
    np.testing.assert_array_equal(eg.jvp(function)(X, X, X), by_both)
    np.testing.assert_array_equal(eg.jvp(function, 0)(X, X, X), by_both)
    by_second = eg.hvp(function, argnums=-1)(X, X, X, power=3)
    np.testing.assert_allclose(by_second[0], 3 * X**5)
    np.testing.assert_allclose(by_second[1], 6 * X**5)
    at_once = eg.jvp(lambda x: x * x, operands=X, tangents=X)
    np.testing.assert_array_equal(at_once[1], 2 * X * X)


@pytest.mark.parametrize("transform", [eg.jvp, eg.hvp])
def test_tangents_of_another_structure_are_refused(transform: Any) -> None:
    params = {"w": X, "b": [Y, 2.0]}
    for tangent in ([X, Y], {"w": X}, {"w": X, "c": None}, {"w": X, "b": (Y,)}, X, "text"):
        with pytest.raises(ArgumentError, match="a tangent is a container like"):
            transform(total)(params, tangent)
    with pytest.raises(OperandError, match=r"tangent 0\['b'\]\[1\] has shape \(2,\)"):
        transform(total)(params, {"w": X, "b": [Y, X]})
    with pytest.raises(ArgumentError, match="0 were given"):
        transform(total)(X)
    with pytest.raises(ArgumentError, match="one for each operand"):
        transform(total, argnums=(0, 1))(X, X, X)
    with pytest.raises(ArgumentError, match="last"):
        transform(total)()


def test_leaves_that_have_no_gradient_are_named() -> None:
    with pytest.raises(DTypeError, match=r"argument 1\['layers'\]\[0\]\.w of the function"):
        eg.grad(lambda x, p: total(p), 1)(0, {"layers": [Layer(np.ones(2, int), X)]})
    with pytest.raises(DTypeError, match=r"argument 0\['name'\] of the function"):
        eg.grad(total)({"w": X, "name": "tanh"})


def has_aux(x: Any) -> Any:
    return np.sum(x**3), {"squares": x * x, "name": "cubes", "plain": X}


def test_what_else_a_function_returns_comes_back() -> None:
    expected = np.sum(X**3), 3 * X**2, 6 * X * X
    results = {
        "grad": eg.grad(has_aux, has_aux=True)(X),
        "value_and_grad": eg.value_and_grad(has_aux, has_aux=True)(X),
        "jacobian": eg.jacobian(has_aux, has_aux=True)(X),
        "hessian": eg.hessian(has_aux, has_aux=True)(X),
        "jvp": eg.jvp(has_aux, has_aux=True)(X, X),
        "hvp": eg.hvp(has_aux, X, X, has_aux=True),
    }
    value, gradient, product = expected
    np.testing.assert_allclose(results["grad"][0], gradient)
    np.testing.assert_allclose(results["value_and_grad"][0][0], value)
    np.testing.assert_allclose(results["value_and_grad"][1], gradient)
    np.testing.assert_allclose(results["jacobian"][0], gradient)
    np.testing.assert_allclose(results["hessian"][0], np.diag(6 * X))
    np.testing.assert_allclose(results["jvp"][0], value)
    np.testing.assert_allclose(results["jvp"][1], np.sum(3 * X**3))
    np.testing.assert_allclose(results["hvp"][0], gradient)
    np.testing.assert_allclose(results["hvp"][1], product)
    auxes = [result[-1] for name, result in results.items() if name != "value_and_grad"]
    for aux in (*auxes, results["value_and_grad"][0][1]):
        assert (type(aux["squares"]), aux["name"], aux["plain"] is X) == (np.ndarray, "cubes", True)
        np.testing.assert_array_equal(aux["squares"], X * X)


def test_recorded_aux_of_a_recorded_gradient_stays_recorded() -> None:
    x = eg.Tensor(X, requires_grad=True)
    _, aux = eg.grad(has_aux, has_aux=True)(x)
    np.sum(aux["squares"]).backward()
    np.testing.assert_array_equal(x.grad, 2 * X)


@pytest.mark.parametrize("transform", [eg.grad, eg.jacobian, eg.hessian, eg.value_and_grad])
def test_aux_wants_a_pair(transform: Any) -> None:
    for wrong in (np.sum, lambda x: (x, x, x), lambda x: [x, x]):
        with pytest.raises(AutogradError, match=r"has_aux=True .* returns a pair"):
            transform(wrong, has_aux=True)(X)


CONSTANT: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "grad": (lambda f: eg.grad(f)(X), 0 * X),
    "integer": (lambda f: eg.grad(lambda x: int(f(x)))(X), 0 * X),
    "value_and_grad": (lambda f: eg.value_and_grad(f)(X)[1], 0 * X),
    "value": (lambda f: eg.value_and_grad(f)(X)[0], np.array(3.0)),
    "jacobian": (lambda f: eg.jacobian(f)(X), 0 * X),
    "hessian": (lambda f: eg.hessian(f)(X), np.zeros((2, 2))),
    "jvp": (lambda f: eg.jvp(f)(X, X)[1], np.array(0.0)),
    "hvp": (lambda f: eg.hvp(f)(X, X)[1], 0 * X),
    "of a container": (lambda f: eg.grad(f)({"x": X})["x"], 0 * X),
}


@pytest.mark.parametrize("name", CONSTANT)
def test_a_constant_has_zero_derivatives_and_a_warning_where_it_is_called(name: str) -> None:
    take, expected = CONSTANT[name]
    with pytest.warns(UserWarning, match="returned a (float|int), not a Tensor") as caught:
        found = take(lambda x: 3.0)
    np.testing.assert_array_equal(found, expected, strict=True)
    assert len(caught) == 1
    assert caught[0].filename == __file__
