"""No recorded Tensor silently becomes a number or an array, which would lose its gradient."""

from __future__ import annotations

import array
import cmath
import math
import operator
import statistics
import struct
from collections.abc import Callable
from typing import Any

import pytest

import einsum_grad as eg
from einsum_grad.errors import AutogradError
from tests.autograd.rules.table import np

Use = Callable[[Any, Any], Any]
"""Something done with a Tensor of three numbers and one of one number."""


def _into(write: Callable[[Any], Any], dtype: Any = float) -> Any:
    out = np.zeros(3, dtype)
    write(out)
    return out


def _augmented(out: Any, by: Any) -> Any:
    out += by
    return out


# Every way found in which Python, its libraries and NumPy take a number or an array.
USES: dict[str, Use] = {
    "float": lambda x, s: float(s),
    "int": lambda x, s: int(s),
    "complex": lambda x, s: complex(s),
    "complex, imaginary": lambda x, s: complex(1.0, s),
    "math.exp": lambda x, s: math.exp(s),
    "math.sqrt": lambda x, s: math.sqrt(s),
    "math.pow": lambda x, s: math.pow(2.0, s),
    "math.hypot": lambda x, s: math.hypot(1.0, s),
    "math.fsum": lambda x, s: math.fsum(x),
    "math.dist": lambda x, s: math.dist(x, [1.0, 2.0, 3.0]),
    "math.floor": lambda x, s: math.floor(s),
    "cmath.exp": lambda x, s: cmath.exp(s),
    "statistics.fmean": lambda x, s: statistics.fmean(x),
    "statistics.geometric_mean": lambda x, s: statistics.geometric_mean(x),
    "statistics.correlation": lambda x, s: statistics.correlation(x, [1.0, 2.0, 3.0]),
    "array.array": lambda x, s: array.array("d", x),
    "percent": lambda x, s: "%.3f" % s,  # noqa: UP031  # this is what asks for a float
    "np.float64": lambda x, s: np.float64(s),
    "np.float32": lambda x, s: np.float32(s),
    "np.complex128": lambda x, s: np.complex128(s),
    "np.array": lambda x, s: np.array(x),
    "np.asarray": lambda x, s: np.asarray(x, dtype=np.float32),
    "np.array of a list": lambda x, s: np.array([s, 1.0]),
    "np.sum of a list": lambda x, s: np.sum([s, s]),
    "np.fromiter": lambda x, s: np.fromiter(iter(x), float),
    "np.full": lambda x, s: np.full(3, s),
    "np.full_like of an array": lambda x, s: np.full_like(np.ones(3), s),
    "np.nan_to_num": lambda x, s: np.nan_to_num(np.array([np.nan]), nan=s),
    "np.ma.exp": lambda x, s: np.ma.exp(x),
    "a product with a masked array": lambda x, s: np.ma.array([1.0, 2.0, 3.0], mask=[0, 1, 0]) * x,
    "np.sum, initial": lambda x, s: np.sum(np.ones(3), initial=s),
    "an element assigned": lambda x, s: _into(lambda out: operator.setitem(out, 1, s)),
    "a row assigned": lambda x, s: _into(lambda out: operator.setitem(out, slice(None), x)),
    "an element of objects": lambda x, s: _into(lambda o: operator.setitem(o, 1, s), "O").astype(
        float
    ),
    "a field assigned": lambda x, s: _into(
        lambda out: operator.setitem(out, 1, (s,)), [("a", float)]
    ),
    "fill": lambda x, s: _into(lambda out: out.fill(s)),
    "put": lambda x, s: _into(lambda out: out.put([1], s)),
    "np.put": lambda x, s: _into(lambda out: np.put(out, [1], s)),
    "np.place": lambda x, s: _into(lambda out: np.place(out, out == 0, x)),
    "np.putmask": lambda x, s: _into(lambda out: np.putmask(out, out == 0, x)),
    "np.put_along_axis": lambda x, s: _into(
        lambda out: np.put_along_axis(out, np.array([1]), x[:1], 0)
    ),
    "np.copyto": lambda x, s: _into(lambda out: np.copyto(out, x)),
    "np.fill_diagonal": lambda x, s: np.fill_diagonal(np.ones((3, 3)), s),
    "out=": lambda x, s: np.multiply(x, 2.0, out=np.ones(3)),
    "out= of a function": lambda x, s: np.stack([x, x], out=np.ones((2, 3))),
    "an augmented assignment": lambda x, s: _augmented(np.ones(3), x),
    "a list of numbers compiled": lambda x, s: eg.compile("i->")([s, s]),
    "Tensor of a list": lambda x, s: eg.Tensor([s, s]).data,
    "a linear map": lambda x, s: eg.compile("i,i->").jacobian(0).at(np.ones(3), np.ones(3)) @ x,
}


def _values() -> tuple[Any, Any]:
    x = eg.Tensor([1.5, 2.0, 0.5], requires_grad=True) * 1.0
    return x, x[0]


def _refusal(use: Use, *operands: Any) -> BaseException | None:
    """Our error; NumPy and `statistics` raise one of their own from it."""
    with pytest.raises(ValueError, match=r".") as caught:
        use(*operands)
    error: BaseException | None = caught.value
    while error and not isinstance(error, eg.EinsumGradError):
        error = error.__cause__ or error.__context__
    return error


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_conversions_that_would_lose_a_gradient_are_refused(use: Use) -> None:
    told = str(_refusal(use, *_values()))
    assert "lose it" in told or "write into" in told
    assert "x.item()" in told or "x.data" in told


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_a_variable_is_refused_as_a_result_is(use: Use) -> None:
    variables = (eg.Tensor([1.5, 2.0, 0.5], requires_grad=True), eg.Tensor(1.5, requires_grad=True))
    assert isinstance(_refusal(use, *variables), eg.EinsumGradError)


def test_libraries_that_wrap_the_refusal_raise_too() -> None:
    _, s = _values()
    with pytest.raises(struct.error):
        struct.pack("d", s)
    with pytest.raises(ValueError, match="setting single item"):
        np.ones(3).flat[1] = s


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_unrecorded_tensors_convert_to_numbers(use: Use) -> None:
    x = np.array([1.5, 2.0, 0.5])
    expected = use(x, x[0])
    constant = eg.Tensor(x)
    np.testing.assert_array_equal(use(constant, constant[0]), expected)
    with eg.no_grad():
        np.testing.assert_array_equal(use(*_values()), expected)


@pytest.mark.parametrize(
    "transform",
    [
        lambda f: eg.grad(f)(1.0),
        lambda f: eg.jvp(f, 1.0, 1.0),
        lambda f: eg.hvp(f, 1.0, 1.0),
        lambda f: eg.jacobian(f)(1.0),
        lambda f: eg.hessian(f)(1.0),
    ],
    ids=["grad", "jvp", "hvp", "jacobian", "hessian"],
)
def test_derivatives_refuse_a_conversion_to_a_number(transform: Callable[[Any], Any]) -> None:
    with pytest.raises(AutogradError, match=r"np\.exp"):
        transform(lambda x: math.exp(x) * x)


def test_item_and_data_ask_explicitly() -> None:
    x, s = _values()
    assert (s.item(), type(s.item())) == (1.5, float)
    np.testing.assert_array_equal(x.data, [1.5, 2.0, 0.5])
    np.testing.assert_array_equal(x.numpy(), [1.5, 2.0, 0.5])
    assert f"{s:.2f}" == "1.50"
    for ask in (eg.Tensor.item, eg.Tensor.data, eg.Tensor.numpy):
        assert "gradient" in str(ask.__doc__)


def test_comparisons_of_recorded_tensors_are_allowed() -> None:
    x, s = _values()
    assert bool(s)
    assert s > 1
    assert max(x) is not None
    np.testing.assert_array_equal(np.ones(3)[x > 1], [1.0, 1.0])


def test_a_shape_may_be_taken_from_a_recorded_tensor() -> None:
    x, _ = _values()
    np.testing.assert_array_equal(np.full_like(x, 2.0), [2.0, 2.0, 2.0], strict=True)
    np.testing.assert_array_equal(np.full_like(x, 2, dtype=int, shape=2), [2, 2], strict=True)


def test_writing_into_a_tensor_is_refused() -> None:
    x = eg.Tensor([1.0, 2.0])
    writes: list[Callable[[], Any]] = [
        lambda: np.copyto(x, 3.0),
        lambda: np.copyto(dst=x, src=3.0),
        lambda: np.put(x, [0], 3.0),
        lambda: np.add(x, 1.0, out=x),
        lambda: np.stack([x, x], out=x),
        lambda: eg.einsum("i->i", np.ones(2), out=x),
        lambda: np.einsum("i->i", np.ones(2), out=x),
    ]
    for write in writes:
        with pytest.raises(AutogradError, match=r"can.t write into|einsum of Tensors"):
            write()
    np.testing.assert_array_equal(x.data, [1.0, 2.0])
