"""`grad` and `value_and_grad`: of which arguments, of which functions, and of gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import einsum_grad as eg
from einsum_grad.errors import ArgumentError, ArgumentTypeError, AutogradError, DTypeError
from tests.autograd.rules.table import np, numbers, tensor


def loss(x: Any, w: Any, *, scale: float = 1.0) -> Any:
    return np.sum(np.tanh(x @ w)) * scale


X, W, ONES = numbers(2, 3), numbers(3, 4), np.ones(3)


def test_the_gradient_is_an_array_of_the_argument_s_shape_and_dtype() -> None:
    for dtype in (np.float32, np.float64):
        x, w = X.astype(dtype), W.astype(dtype)
        gradient = eg.grad(loss)(x, w)
        assert (type(gradient), gradient.shape, gradient.dtype) == (np.ndarray, (2, 3), dtype)
        assert gradient.flags.writeable
        slope = 1 - np.tanh(x @ w) ** 2
        np.testing.assert_allclose(gradient, slope @ w.T, rtol=1e-5)


def test_several_arguments_give_a_tuple_in_their_order() -> None:
    dx, dw = eg.grad(loss, (0, 1))(X, W)
    (only,) = eg.grad(loss, [1])(X, W)
    swapped = eg.grad(loss, argnums=(1, 0))(X, W)
    np.testing.assert_array_equal(only, dw)
    np.testing.assert_array_equal(swapped[0], dw)
    np.testing.assert_array_equal(swapped[1], dx)
    np.testing.assert_array_equal(eg.grad(loss, 1)(X, W, scale=4.0), 4 * dw)


def test_the_value_comes_with_the_gradient() -> None:
    value, gradient = eg.value_and_grad(loss)(X, W)
    assert (type(value), value.shape) == (np.ndarray, ())
    np.testing.assert_allclose(value, np.sum(np.tanh(X @ W)))
    np.testing.assert_array_equal(gradient, eg.grad(loss)(X, W))


def test_the_function_is_called_once_and_keeps_its_name() -> None:
    calls: list[Any] = []

    def square(x: Any) -> Any:
        """Squares."""
        calls.append(x)
        return x * x

    gradient = eg.value_and_grad(square)
    gradient(3.0)
    assert len(calls) == 1
    assert isinstance(calls[0], eg.Tensor)
    assert (gradient.__name__, gradient.__doc__) == ("square", "Squares.")


def test_other_arguments_arrive_as_they_are() -> None:
    seen: list[Any] = []

    def function(x: Any, *others: Any, **named: Any) -> Any:
        seen.extend([*others, named])
        return np.sum(x * 2)

    other, constant = np.ones(3), eg.Tensor(1.0)
    eg.grad(function)(X, other, constant, "text", flag=None)
    assert seen[0] is other
    assert seen[1] is constant
    assert seen[2:] == ["text", {"flag": None}]


def test_an_argument_that_is_not_used_has_zeros() -> None:
    dx, dw = eg.grad(lambda x, w: np.sum(x), (0, 1))(X, W.astype(np.float32))
    np.testing.assert_array_equal(dx, np.ones((2, 3)))
    np.testing.assert_array_equal(dw, np.zeros((3, 4), np.float32), strict=True)
    np.testing.assert_array_equal(eg.grad(lambda x: eg.Tensor(1.0))(X), np.zeros((2, 3)))


def test_an_argument_that_is_returned_has_gradient_one() -> None:
    np.testing.assert_array_equal(eg.grad(lambda x: x)(3.0), 1.0)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda x: x * 2, r"<lambda> returned a Tensor of shape \(2, 3\)"),
        (lambda x: np.sum(x) * 1j, "dtype complex128"),
        (lambda x: None, "returned a NoneType; is a return missing"),
        (lambda x: "text", "returned a str, not a Tensor"),
        (lambda x: (np.sum(x), np.sum(x)), "returned a tuple.*has_aux=True"),
        (lambda x: [np.sum(x)], "returned a list"),
    ],
)
def test_a_function_that_returns_anything_but_one_number_is_refused(
    function: Any, message: str
) -> None:
    with pytest.raises(AutogradError, match=message):
        eg.grad(function)(X)


def test_arguments_that_have_no_gradient_are_named() -> None:
    with pytest.raises(DTypeError, match="argument 1 of the function: only floating"):
        eg.grad(loss, 1)(X, np.ones((3, 4), int))
    with pytest.raises(DTypeError, match=r"argument 0 of the function: .*dtype"):
        eg.grad(loss)("text", W)
    for argnums in (2, -3, (0, 5)):
        with pytest.raises(ArgumentError, match="2 were given by position"):
            eg.grad(loss, argnums)(X, W)
    for wrong in (1.5, None, "x", (0, "w")):
        with pytest.raises(ArgumentTypeError, match="argnums"):
            eg.grad(loss, wrong)  # type: ignore[arg-type]  # the refusal is what is tested


def test_gradients_are_taken_inside_no_grad_too() -> None:
    with eg.no_grad():
        np.testing.assert_array_equal(eg.grad(lambda x: x * x)(3.0), 6.0)
        value = eg.grad(lambda x: x * x)(tensor(3.0))
    assert type(value) is np.ndarray


def test_derivatives_of_derivatives() -> None:
    def cube(x: Any) -> Any:
        return x * x * x

    first = eg.grad(cube)
    second, third = eg.grad(first), eg.grad(eg.grad(first))
    fourth = eg.grad(third)
    got = [derivative(2.0) for derivative in (first, second, third, fourth)]
    assert all(type(value) is np.ndarray for value in got)
    np.testing.assert_array_equal(got, [12.0, 12.0, 6.0, 0.0])


def test_a_gradient_of_tensors_is_recorded() -> None:
    x = tensor(X)
    gradient = eg.grad(loss)(x, W)
    assert isinstance(gradient, eg.Tensor)
    np.sum(gradient * gradient).backward()
    expected = eg.grad(lambda t: np.sum(eg.grad(loss)(t, W) ** 2))(X)
    np.testing.assert_allclose(x.grad, expected, rtol=1e-14)


def test_mixed_derivatives_go_through_the_other_argument() -> None:
    def product(x: Any, w: Any) -> Any:
        return x * x * w

    mixed = eg.grad(lambda w: eg.grad(product)(eg.Tensor(3.0), w))(2.0)
    np.testing.assert_array_equal(mixed, 6.0)


def test_what_a_function_closes_over_is_a_constant_of_its_gradient() -> None:
    # The inner derivative holds y fixed, though y was computed from the same x.
    def outer(x: Any) -> Any:
        y = x * 1.0
        return eg.grad(lambda t: t * y)(x)

    np.testing.assert_array_equal(eg.grad(outer)(5.0), 1.0)


@pytest.mark.parametrize(
    "inner",
    [
        lambda x: eg.grad(lambda y: np.sum(y * x * x))(ONES),
        lambda x: eg.value_and_grad(lambda y: np.sum(y * x * x))(ONES)[1],
        lambda x: eg.value_and_grad(lambda y: np.sum(y * x * x))(ONES)[0],
        lambda x: eg.grad(lambda y, p: np.sum(y * p[0] * p[0]))(ONES, [x]),
        lambda x: eg.jvp(lambda y: y * x * x, ONES, ONES)[1],
        lambda x: eg.jvp(lambda y: y * x * x, ONES, ONES)[0],
        lambda x: eg.jvp(lambda y: x * x, ONES, ONES)[0],
        lambda x: eg.jvp(lambda y: x * x, ONES, None)[0],
        lambda x: eg.hvp(lambda y: np.sum(y * y * y * x * x) / 6, ONES, ONES)[1],
        lambda x: eg.hvp(lambda y: np.sum(y * y * y * x * x) / 3, ONES, ONES)[0],
        lambda x: np.einsum("ii->i", eg.jacobian(lambda y: y * x * x)(ONES)),
        lambda x: np.einsum("ii->i", eg.jacobian(lambda y: (y, y * x * x))(ONES)[1]),
        lambda x: np.einsum("ii->i", eg.hessian(lambda y: np.sum(y * y * x * x) / 2)(ONES)),
    ],
)
def test_derivatives_are_recorded_where_a_function_closes_over_a_variable(inner: Any) -> None:
    x = np.array([1.0, 2.0, 3.0])
    np.testing.assert_allclose(eg.grad(lambda t: np.sum(inner(t)))(x), 2 * x, rtol=1e-14)
    np.testing.assert_allclose(np.sum(eg.jvp(inner, x, ONES)[1]), 12.0, rtol=1e-14)
    variable = tensor(x)
    np.sum(inner(variable)).backward()
    np.testing.assert_allclose(variable.grad, 2 * x, rtol=1e-14)
    with eg.no_grad():
        assert type(inner(tensor(x))) is np.ndarray


def test_gradients_within_gradients_of_the_same_function() -> None:
    nested = eg.grad(lambda x: x * eg.grad(lambda y: x * y)(1.0))
    np.testing.assert_array_equal(nested(np.array(3.0)), 6.0)
    # A constant, or a variable made by the function, belongs to no other graph.
    inner = eg.grad(lambda y: y * tensor(2.0) * eg.Tensor(3.0))(1.0)
    assert type(inner) is np.ndarray


def test_a_graph_with_many_branches_is_searched_once() -> None:
    def doubled(x: Any) -> Any:
        for _ in range(60):
            x = x + x
        return x

    np.testing.assert_array_equal(eg.grad(doubled)(1.0), 2.0**60)


def test_the_graph_around_a_gradient_is_left_alone() -> None:
    w = tensor(3.0)
    y = w * w
    gradient = eg.grad(lambda x: x * x * y)(2.0)
    np.testing.assert_array_equal(gradient.data, 36.0)
    assert w.grad is None
    y.backward()
    np.testing.assert_array_equal(w.grad, 6.0)


def test_the_arguments_are_not_changed_by_the_function() -> None:
    x = X.copy()

    def scribbles(t: Any) -> Any:
        out = np.sum(t * t)
        t.data[...] = 0.0
        return out

    np.testing.assert_array_equal(eg.grad(scribbles)(x), 2 * X)
    np.testing.assert_array_equal(x, X)


def test_gradients_of_two_arguments_share_no_memory() -> None:
    dx, dy = eg.grad(lambda x, y: np.sum(x + y), (0, 1))(np.ones(3), np.ones(3))
    dx[...] = 7.0
    np.testing.assert_array_equal(dy, np.ones(3))


@pytest.mark.oracle
def test_jax_has_the_same_second_derivatives() -> None:
    jax = pytest.importorskip("jax")

    def norm(gradient: Any, xp: Any) -> Any:
        return lambda x, w: xp.sum(gradient(x, w) ** 2)

    ours = eg.grad(norm(eg.grad(loss), np), (0, 1))(X, W)

    def theirs_loss(x: Any, w: Any) -> Any:
        return jax.numpy.sum(jax.numpy.tanh(x @ w))

    theirs = jax.grad(norm(jax.grad(theirs_loss), jax.numpy), (0, 1))(X, W)
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("take", [eg.grad, eg.value_and_grad, eg.check_gradients])
def test_anything_but_a_function_is_refused_at_once(take: Any) -> None:
    with pytest.raises(ArgumentTypeError, match="takes a function, not a int"):
        take(5)


@pytest.mark.parametrize("transform", [eg.grad, eg.value_and_grad, eg.jacobian, eg.hessian])
@pytest.mark.parametrize("argnums", [(), (0, 0), (1, 0, 1)])
def test_argnums_name_each_argument_once(transform: Any, argnums: tuple[int, ...]) -> None:
    with pytest.raises(ArgumentError, match="at least one argument, and none twice"):
        transform(lambda x, w: np.sum(x * w), argnums)(np.ones(2), np.ones(2))
    with pytest.raises(ArgumentTypeError, match="and not True"):
        transform(lambda x, w: np.sum(x * w), True)(np.ones(2), np.ones(2))


# A first derivative of a scalar function, in every available way.
ONCE: dict[str, Callable[[Any], Any]] = {
    "grad": eg.grad,
    "value_and_grad": lambda f: lambda x: eg.value_and_grad(f)(x)[1],
    "jacobian": eg.jacobian,
    "jvp": lambda f: lambda x: eg.jvp(f, x, 1.0)[1],
    "hvp": lambda f: lambda x: eg.hvp(f, x, 1.0)[0],
}

# Functions that have, at 1.5, these derivatives from the first to the third.
CONSTANT_SOON: dict[str, tuple[Callable[[Any], Any], tuple[float, float, float]]] = {
    "identity": (lambda x: x, (1, 0, 0)),
    "linear": (lambda x: 3 * x, (3, 0, 0)),
    "square": (lambda x: x * x, (3, 2, 0)),
    "abs": (np.abs, (1, 0, 0)),
    "relu": (eg.relu, (1, 0, 0)),
    "reshaped": (lambda x: np.reshape(x, (1, 1)), (1, 0, 0)),
    "the branch taken": (lambda x: np.where(x > 0, x, 2.0), (1, 0, 0)),
    "the branch not taken": (lambda x: np.where(x < 0, x, 2.0), (0, 0, 0)),
    "times a floor": (lambda x: x * np.floor(x), (1, 0, 0)),
    "times data": (lambda x: x * x.data, (1.5, 0, 0)),
    "minus itself": (lambda x: x - x, (0, 0, 0)),
    "detached": (lambda x: x.detach(), (0, 0, 0)),
    "a constant": (lambda x: eg.Tensor(4.0), (0, 0, 0)),
    "another variable": (lambda x: eg.Tensor(4.0, requires_grad=True).detach() * 2, (0, 0, 0)),
}


@pytest.mark.parametrize("inner", ONCE)
@pytest.mark.parametrize("outer", ONCE)
def test_derivatives_that_become_constant_have_all_orders(inner: str, outer: str) -> None:
    ways = (inner, outer, inner)
    for name, (function, derivatives) in CONSTANT_SOON.items():
        if name == "reshaped" and ways[0] in ("jacobian", "jvp"):
            continue  # these have the axes of the result, and only one number has a gradient
        derived = function
        for way, derivative in zip(ways, derivatives, strict=True):
            derived = ONCE[way](derived)
            got = derived(1.5)
            np.testing.assert_array_equal(got, np.full(np.shape(got), derivative), err_msg=name)
            assert type(got) is np.ndarray


@pytest.mark.parametrize("shape", [(0,), (2, 0), (0, 2), (2,), ()])
def test_derivatives_of_any_order_have_their_shape(shape: tuple[int, ...]) -> None:
    x = np.full(shape, 1.5, np.float32)

    def total(x: Any) -> Any:
        return np.sum(x * x)

    def same(x: Any) -> Any:
        return x

    second = np.reshape(2 * np.eye(x.size, dtype=np.float32), shape + shape)
    np.testing.assert_array_equal(eg.hessian(total)(x), second, strict=True)
    np.testing.assert_array_equal(eg.jvp(eg.grad(total), x, x)[1], 2 * x, strict=True)
    for function, order in ((same, 2), (same, 3), (eg.grad(total), 2), (eg.hessian(total), 2)):
        derived = function
        for _ in range(order):
            derived = eg.jacobian(derived)
        zeros = np.zeros(np.shape(function(x)) + order * shape, np.float32)
        np.testing.assert_array_equal(derived(x), zeros, strict=True)
    np.testing.assert_array_equal(eg.jvp(eg.hessian(total), x, x)[1], 0 * second, strict=True)
    around = eg.grad(lambda x: np.sum(eg.hessian(total)(x)))
    np.testing.assert_array_equal(around(x), 0 * x, strict=True)


def test_infinite_argnums_are_refused() -> None:
    for transform in (eg.grad, eg.value_and_grad, eg.jacobian):
        with pytest.raises(ArgumentError, match="more than 10000 positions in argnums"):
            transform(loss, argnums=range(10**15))
