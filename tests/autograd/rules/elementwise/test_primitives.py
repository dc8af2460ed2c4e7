"""Elementwise primitives: broadcasting, dtypes, and points without a derivative."""

from __future__ import annotations

import functools
import itertools
from typing import Any

import pytest

import einsum_grad as eg
from einsum_grad.errors import OperandError
from tests.autograd.rules.table import Array, gradients, np, numbers, tensor
from tests.tries import sample

SHAPES: list[tuple[int, ...]] = [(), (1,), (3,), (2, 1), (1, 3), (2, 3), (4, 2, 1), (1, 1, 3)]
NAMES = ["add", "subtract", "multiply", "divide", "power", "maximum", "minimum"]


def gradient(function: Any, *operands: Any) -> list[Array]:
    """The gradients of the sum of the results."""
    arrays = [np.asarray(operand, dtype=float) for operand in operands]
    return gradients(lambda *tensors: np.sum(function(*tensors)), arrays, np.ones(()))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("one", "other"), sample(itertools.product(SHAPES, SHAPES)))
def test_broadcasting_is_summed_back(
    name: str, one: tuple[int, ...], other: tuple[int, ...]
) -> None:
    x, y = numbers(*one, low=0.3, high=2.0), numbers(*other, low=0.4, high=2.1) + 0.003
    try:
        np.broadcast_shapes(one, other)
    except ValueError:
        with pytest.raises(OperandError, match=f"{name}: .*broadcast"):
            getattr(np, name)(tensor(x), y)
        return
    eg.check_gradients(getattr(np, name), x, y)
    for operand, got in zip((x, y), gradients(getattr(np, name), (x, y)), strict=True):
        assert got.shape == operand.shape


@pytest.mark.parametrize("name", NAMES)
def test_zero_sizes_give_zeros(name: str) -> None:
    first, second = gradient(getattr(np, name), np.ones((0, 3)), np.ones((1, 1)))
    np.testing.assert_array_equal(first, np.ones((0, 3)), strict=True)
    np.testing.assert_array_equal(second, np.zeros((1, 1)), strict=True)


def test_where_broadcasts_all_three() -> None:
    condition = np.array([[True], [False]])
    x, y = gradient(lambda a, b: np.where(condition, a, b), np.ones(3), np.ones((1, 1)))
    np.testing.assert_array_equal(x, [1.0, 1.0, 1.0])
    np.testing.assert_array_equal(y, [[3.0]])


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.complex64])
def test_python_numbers_do_not_widen_a_dtype(dtype: Any) -> None:
    x = tensor(np.ones(3, dtype))
    for y in (x + 1, 2.0 * x, x / 3, 1 - x, x**2, 2.0**x, np.where(True, x, 0)):
        assert y.dtype == dtype
        x.grad = None
        y.backward(np.ones(3, dtype))
        assert x.grad.dtype == dtype


def test_operands_of_two_dtypes_get_gradients_of_their_own() -> None:
    x = tensor(np.full(2, 3, np.float32))
    w = tensor(np.full((2, 2), 5, np.float64))
    z = tensor(np.full(2, 2 + 1j, np.complex64))
    y = np.sum(np.real(x * w * z))
    assert y.dtype == np.float64
    y.backward()
    np.testing.assert_array_equal(x.grad, np.full(2, 20, np.float32), strict=True)
    np.testing.assert_array_equal(w.grad, np.full((2, 2), 6, np.float64), strict=True)
    np.testing.assert_array_equal(z.grad, np.full(2, 30, np.complex64), strict=True)


def test_0d_operands_stay_0d() -> None:
    x = tensor(2.0)
    y = np.exp(x) * x + np.float64(1.0)
    assert (y.shape, type(y.data)) == ((), np.ndarray)
    y.backward()
    assert (x.grad.shape, type(x.grad)) == ((), np.ndarray)


def test_float16_gradients_are_summed_back_in_higher_precision() -> None:
    # 1 + 2048 is 2048 in float16: added one by one, the sum would stay there.
    w = tensor(np.ones(1, np.float16))
    (w * np.ones((5000, 1), np.float16)).backward(np.ones((5000, 1), np.float16))
    np.testing.assert_array_equal(w.grad, np.array([5000], np.float16), strict=True)


def test_abs_has_derivative_0_at_zero() -> None:
    np.testing.assert_array_equal(gradient(np.abs, [-2.0, 0.0, 2.0]), [[-1.0, 0.0, 1.0]])
    z = tensor([0j, 3 + 4j])
    np.abs(z).backward(np.ones(2))
    np.testing.assert_allclose(z.grad, [0, 0.6 + 0.8j])


def test_ties_share_the_cotangent_of_maximum_and_minimum() -> None:
    for function in (np.maximum, np.minimum):
        x, y = gradient(function, [1.0, 2.0, 3.0], [1.0, 5.0, 1.0])
        np.testing.assert_array_equal(x + y, [1.0, 1.0, 1.0])
        assert (x[0], y[0]) == (0.5, 0.5)


def test_power_has_derivative_0_where_torch_has() -> None:
    base, exponent = gradient(np.power, [0.0, 0.0, 0.0, 2.0], [0.0, 1.0, 2.0, 0.0])
    np.testing.assert_array_equal(base, [0.0, 1.0, 0.0, 0.0])
    np.testing.assert_array_equal(exponent, [0.0, 0.0, 0.0, np.log(2.0)])


@pytest.mark.parametrize("exponent", [2, 2.0, np.float64(2), np.int64(2), np.array(2), np.uint8(2)])
def test_power_takes_exponents_of_every_kind(exponent: Any) -> None:
    np.testing.assert_array_equal(gradient(lambda x: x**exponent, [3.0, -3.0]), [[6.0, -6.0]])
    np.testing.assert_array_equal(
        gradient(lambda x: x ** np.array([True, False]), [3.0, -3.0]), [[1.0, 0.0]]
    )


def test_a_negative_base_has_a_gradient_for_whole_exponents() -> None:
    np.testing.assert_array_equal(gradient(lambda x: x**3, [-2.0]), [[12.0]])
    np.testing.assert_allclose(gradient(lambda x: x**-2, [-2.0]), [[0.25]])


def test_where_gives_zeros_to_the_untaken_branch() -> None:
    values = np.array([1.0, 4.0])
    x = tensor([np.nan, 1.0])
    y = tensor([2.0, np.inf])
    np.sum(np.where(values > 2, x, y)).backward()
    np.testing.assert_array_equal(x.grad, [0.0, 1.0])
    np.testing.assert_array_equal(y.grad, [1.0, 0.0])


def test_a_harmless_operand_keeps_nan_away_from_the_root_of_a_negative_number() -> None:
    x = tensor([-1.0, 4.0])
    safe = np.where(x > 0, x, 1.0)
    np.sum(np.where(x > 0, np.sqrt(safe), 0.0)).backward()
    np.testing.assert_array_equal(x.grad, [0.0, 0.25])


def test_clip_passes_gradients_inside_the_bounds_alone() -> None:
    x = [-2.0, 0.5, 3.0]
    np.testing.assert_array_equal(gradient(lambda t: np.clip(t, -1, 1), x), [[0.0, 1.0, 0.0]])
    np.testing.assert_array_equal(gradient(lambda t: np.clip(t, None, 1), x), [[1.0, 1.0, 0.0]])
    np.testing.assert_array_equal(gradient(lambda t: np.clip(t, -1, None), x), [[0.0, 1.0, 1.0]])
    np.testing.assert_array_equal(gradient(lambda t: t.clip(), x), [[1.0, 1.0, 1.0]])


def test_functions_of_complex_numbers_take_real_parts_for_real_operands() -> None:
    x = tensor([1.0, 2.0])
    z = x * (3 + 4j)
    z.backward(np.array([1.0, 1j]))
    # The cotangent 1 asks for the real part, 1j for the imaginary one.
    np.testing.assert_array_equal(x.grad, [3.0, 4.0], strict=True)


def test_real_and_imaginary_parts_go_back_to_their_places() -> None:
    z = tensor([1 + 2j])
    (3 * np.real(z) + 5 * np.imag(z)).backward(np.ones(1))
    np.testing.assert_array_equal(z.grad, [3 + 5j])
    x = tensor([1.0])
    (3 * np.real(x) + 5 * np.imag(x)).backward(np.ones(1))
    np.testing.assert_array_equal(x.grad, [3.0])


def test_a_tensor_as_the_condition_is_a_constant() -> None:
    x = tensor([1.0, 2.0])
    np.where(eg.Tensor([True, False]), x, 0.0).backward(np.ones(2))
    np.testing.assert_array_equal(x.grad, [1.0, 0.0])
    with pytest.raises(eg.EinsumGradError, match="no gradient rule for its operand condition"):
        np.where(x, x, 0.0)


def test_the_sign_is_a_constant_and_of_complex_numbers_the_direction() -> None:
    x = tensor([-2.0, 0.0, 3.0])
    assert not np.sign(x).requires_grad
    np.testing.assert_array_equal(np.sign(x).data, [-1.0, 0.0, 1.0])
    z = tensor([3 + 4j, 0])
    np.testing.assert_allclose(np.sign(z).data, [0.6 + 0.8j, 0])
    np.sign(z).backward([1.0, 1.0])
    np.testing.assert_allclose(z.grad, [0.128 - 0.096j, 0])


COORDINATES = np.array([3, 2, 1], np.uint8)
OF_BYTES: dict[str, Any] = {
    "arctan2": np.arctan2,
    "fmin": np.fmin,
    "fmin, second": lambda b, x: np.fmin(x, b),
    "fmax": np.fmax,
    "power": np.power,
    "power of the other": lambda b, x: np.power(x, b),
    "interp": lambda b, x: np.interp(x, b[::-1], b),
    "gradient": lambda b, x: np.gradient(x, b),
    "gradient to the ends": lambda b, x: np.gradient(x, b, edge_order=2),
}


@pytest.mark.parametrize("name", OF_BYTES)
def test_unsigned_constants_are_signed_in_rules(name: str) -> None:
    x, function = np.array([1.3, 2.6, 0.8]), OF_BYTES[name]
    (found,) = gradients(lambda x: function(COORDINATES, x), [x])
    (expected,) = gradients(lambda x: function(COORDINATES.astype(float), x), [x])
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    values = function(COORDINATES, tensor(x)).data
    np.testing.assert_allclose(values, function(COORDINATES, x), rtol=1e-2)


@pytest.mark.parametrize("function", [np.arctan2, np.fmin, np.fmax, np.power, np.maximum])
def test_bools_take_part_without_a_gradient(function: Any) -> None:
    x = np.array([1.3, 0.6])
    for swapped in (False, True):

        def called(x: Any, constant: Any, swapped: bool = swapped) -> Any:
            return function(x, constant) if swapped else function(constant, x)

        (found,) = gradients(functools.partial(called, constant=np.bool_(True)), [x])
        (expected,) = gradients(functools.partial(called, constant=1.0), [x])
        np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_integers_take_part_without_a_gradient() -> None:
    n = eg.Tensor([1, 2, 3])
    x = tensor([1.0, 1.0, 1.0])
    (n * x + n).backward(np.ones(3))
    np.testing.assert_array_equal(x.grad, [1.0, 2.0, 3.0])
    assert (n + 1).dtype == np.int64
    assert not (n + 1).requires_grad
