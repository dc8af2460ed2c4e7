"""NumPy's functions of Tensors: recorded, plain, or refused by name; never an object array."""

from __future__ import annotations

import math
import operator
import subprocess
import sys
from typing import Any

import pytest

import einsum_grad as eg
from einsum_grad.errors import ArgumentTypeError, AutogradError, DTypeError, OperandError
from tests.autograd.rules.table import np, tensor

X = tensor([[1.0, -2.0], [3.0, 4.0]])


PAIRS = {np.polydiv, np.busday_count, np.histogram2d}


@pytest.mark.parametrize(
    "function",
    [np.unpackbits, np.polydiv, np.busday_count, np.histogram2d, np.packbits, np.ix_],
)
def test_a_function_without_a_rule_is_refused_by_name(function: Any) -> None:
    name = f"{function.__module__}.{function.__name__}".replace("numpy", "np")
    for operand in (X, X.detach()):
        with pytest.raises(AutogradError) as refusal:
            function(*[operand] * (2 if function in PAIRS else 1))
        message = str(refusal.value)
        assert message.startswith(f"{name} has no gradient rule here")
        assert "einsum_grad.primitive" in message
        assert "x.data" in message


@pytest.mark.parametrize("ufunc", [np.gcd, np.lcm, np.left_shift, np.bitwise_and, np.invert])
def test_a_ufunc_without_a_rule_is_refused_by_name(ufunc: Any) -> None:
    with pytest.raises(AutogradError, match=rf"np\.{ufunc.__name__} has no gradient rule here"):
        ufunc(*[X] * ufunc.nin)


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        (np.add.at, [X, [0], 1.0]),
        (np.add.reduceat, [X, [0]]),
        (np.maximum.accumulate, [X]),
        (np.power.reduce, [X]),
    ],
)
def test_methods_of_ufuncs_are_refused_by_name(method: Any, arguments: list[Any]) -> None:
    name = f"{method.__self__.__name__}.{method.__name__}"
    with pytest.raises(AutogradError, match=rf"np\.{name} has no gradient rule"):
        method(*arguments)


def test_what_to_write_instead_is_told() -> None:
    with pytest.raises(AutogradError, match=r"np\.piecewise has no gradient rule.*np\.select"):
        np.piecewise(X, [X > 0], [1.0, 2.0])
    with pytest.raises(AutogradError, match=r"np\.fill_diagonal of a Tensor can't write"):
        np.fill_diagonal(X, 0.0)


def test_writing_a_result_into_an_array_is_refused() -> None:
    out = np.zeros((2, 2))
    calls: list[Any] = [
        lambda: np.add(X, 1, out=out),
        lambda: np.add(out, 1, out=X),
        lambda: np.exp(X, out=out),
        lambda: np.sum(X, axis=0, out=out[0]),
        lambda: np.concatenate([X, X], out=np.zeros((4, 2))),
        lambda: np.clip(X, 0, 1, out=out),
        lambda: np.matmul(X, X, out=out),
    ]
    for call in calls:
        with pytest.raises(AutogradError, match=r"can't write into an array"):
            call()
    with pytest.raises(AutogradError, match="augmented assignment"):
        out += X
    np.testing.assert_array_equal(out, np.zeros((2, 2)))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: np.add(X, 1, where=X.data > 0), "np.add of a Tensor takes no where="),
        (lambda: np.exp(X, dtype=np.int64), "exp: an operand of dtype float64 can't become int64"),
        (lambda: np.exp(X, signature="d->d"), "np.exp of a Tensor is called as.*signature"),
        (lambda: np.matmul(X, X, axes=[(0, 1)] * 3), "np.matmul of a Tensor is called as.*axes"),
        (lambda: np.var(X, mean=0.5), r"np.var of a Tensor is called as \(a, axis=None.*mean"),
        (lambda: np.quantile(X, 0.5, weights=X), "np.quantile of a Tensor.*weights"),
        (lambda: np.cov(X, aweights=[1, 2]), "np.cov of a Tensor.*aweights"),
    ],
)
def test_arguments_that_have_no_rule_are_refused(call: Any, message: str) -> None:
    with pytest.raises(ArgumentTypeError, match=message):
        call()


def test_comparisons_and_queries_give_plain_arrays() -> None:
    array = X.data
    for ours, theirs in (
        (X > 0, array > 0),
        (X >= X, array >= array),
        (X.__eq__(array), np.ones((2, 2), bool)),
        (X != 1.0, array != 1.0),
        (np.less(X, 0), array < 0),
        (np.isfinite(X), np.isfinite(array)),
        (np.logical_and(X, X > 0), array > 0),
        (np.argmax(X, axis=1), np.argmax(array, axis=1)),
        (np.argmax(a=X, axis=0), np.argmax(array, axis=0)),
        (np.argsort(X), np.argsort(array)),
        (np.nanargmax(X, axis=1), np.argmax(array, axis=1)),
        (np.flatnonzero(X), np.flatnonzero(array)),
        (np.where(X > 0)[0], np.where(array > 0)[0]),
        (np.where(X)[1], np.where(array)[1]),
        (np.lexsort(X), np.lexsort(array)),
        (np.zeros_like(X), np.zeros((2, 2))),
        (np.full_like(X, 3.0), np.full((2, 2), 3.0)),
        (np.searchsorted(np.arange(5.0), X), np.searchsorted(np.arange(5.0), array)),
    ):
        assert type(ours) is np.ndarray
        np.testing.assert_array_equal(ours, theirs, strict=True)
    assert np.shape(X) == (2, 2)
    assert np.ndim(X) == 2
    assert np.size(X) == 4
    assert np.allclose(X, array)
    assert np.array_equal(array, X)
    assert np.result_type(X, np.float32) == np.float64
    assert not np.iscomplexobj(X)


def test_steps_give_constant_tensors() -> None:
    array = X.data
    for ours, theirs in (
        (np.floor(X), np.floor(array)),
        (X // 2, array // 2),
        (7 // X, 7 // array),
        (divmod(X, 2)[0], array // 2),
        (np.divmod(X, X + 5)[0], array // (array + 5)),
        (np.round(X, 1), np.round(array, 1)),
        (np.sign(X), np.sign(array)),
        (np.spacing(X), np.spacing(array)),
    ):
        assert isinstance(ours, eg.Tensor)
        assert not ours.requires_grad
        np.testing.assert_array_equal(ours.data, theirs, strict=True)
    assert int(np.floor(X[0, 0])) == 1
    gradient = eg.grad(lambda x: np.sum(x * np.ceil(x)))(array + 0.5)
    np.testing.assert_array_equal(gradient, np.ceil(array + 0.5))
    np.testing.assert_array_equal(eg.grad(lambda x: np.sum(np.floor(x)))(array), np.zeros((2, 2)))


def test_comparisons_with_other_objects_are_numpys() -> None:
    # NumPy compares elementwise with None and with text; so do Tensors.
    assert not (X == None).any()  # noqa: E711  # the comparison is what is tested
    assert not np.any(X == "text")
    assert (X != "text").all()


def test_shapes_that_do_not_fit_are_refused_with_the_operation() -> None:
    y = np.ones(3)
    calls: list[tuple[Any, str]] = [
        (lambda: X + y, "add"),
        (lambda: y * X, "multiply"),
        (lambda: operator.gt(X, y), "gt"),
        (lambda: np.less(X, y), "less"),
        (lambda: np.where(True, X, y), "where"),
        (lambda: np.maximum(X, y), "maximum"),
    ]
    for call, name in calls:
        with pytest.raises(OperandError, match=rf"{name}: .*broadcast.*"):
            call()


@pytest.mark.parametrize(
    "other",
    [None, "text", object(), np.array([None, None]), np.array(["a", "b"]), {1: 2}, [object()]],
    ids=str,
)
def test_operands_without_arithmetic_are_refused(other: Any) -> None:
    calls: list[Any] = [lambda: X + other, lambda: other * X, lambda: np.power(X, other)]
    for call in calls:
        with pytest.raises((DTypeError, TypeError), match=r"dtype|unsupported"):
            call()
    with pytest.raises(DTypeError):
        np.subtract(X, other)


def test_ragged_lists_are_refused() -> None:
    with pytest.raises(OperandError, match=r"add: .*inhomogeneous"):
        np.add(X, [[1.0], [1.0, 2.0]])


MISUSES: list[Any] = [
    lambda: np.less(np.ones(2), 1, X),
    lambda: np.floor(X, X),
    lambda: X // None,
    lambda: None // X,
    lambda: np.logical_and(X, slice(1)),
    lambda: np.dot(X, [[1.0], [1.0, 2.0]]),
    lambda: [[1.0], [1.0, 2.0]] @ X,
    lambda: X[[[1], [1, 2]]],
    lambda: np.pad(X, 1, X),
    lambda: np.swapaxes(X, 0, (0, 1)),
    lambda: np.clip(X, b"0", None),
    lambda: np.clip(np.nan, b"0", X),
    lambda: np.sum(X, dtype=np.ones(2)),
    lambda: np.sum(X, dtype="no dtype"),
    lambda: np.mean(X, dtype="no dtype"),
    lambda: X.astype("no dtype"),
    lambda: 2**70 * X,
    lambda: (2**70) ** X,
    lambda: X.reshape("2", 2),
    lambda: X.max(axis="first"),
    lambda: eg.softmax(X, axis=7),
    lambda: eg.logsumexp(X, axis=(0, 0)),
    lambda: eg.sigmoid("text"),
    lambda: eg.einsum("ij->ji", X, dtype="no dtype"),
    lambda: eg.einsum("ij->ji", X, dtype=float, casting="no casting"),
    lambda: np.concatenate([X, "text"]),
    lambda: np.stack([X, None]),
    lambda: X.trace(0.5),
    lambda: X.transpose("no", "axes"),
]


@pytest.mark.parametrize("misuse", range(len(MISUSES)))
def test_misuse_raises_our_errors_alone(misuse: int) -> None:
    with pytest.raises(eg.EinsumGradError):
        MISUSES[misuse]()


def test_lists_count_as_arrays() -> None:
    np.testing.assert_array_equal((X - [1.0, 2.0]).data, X.data - [1.0, 2.0])
    factors: Any = [1.0, 2.0]
    np.testing.assert_array_equal((factors * X).data, X.data * factors)


def test_matrices_and_masked_arrays_are_refused() -> None:
    matrix = np.ones((2, 2)).view(np.matrix)
    x = tensor([[1.0, 2.0], [3.0, 4.0]])
    for product in (lambda: x * matrix, lambda: matrix * x, lambda: eg.Tensor(matrix)):
        with pytest.raises(DTypeError, match="a matrix has a meaning"):
            product()
    masked = np.ma.masked_less(np.ones((2, 2)), 0)
    for call in (
        lambda: x * masked,
        lambda: eg.Tensor(masked),
        lambda: eg.einsum("ij,ij", x, masked),
        lambda: x[masked > 0],
        lambda: x[0, [np.ma.masked]],
    ):
        with pytest.raises(DTypeError, match="masked array"):
            call()


def test_an_array_on_the_left_gives_a_tensor() -> None:
    array = np.ones((2, 2))
    for result in (
        array + X,
        array - X,
        array * X,
        array / X,
        array @ X,
        array**X,
        np.float64(2) * X,
    ):
        assert isinstance(result, eg.Tensor)
        assert result.requires_grad


def test_an_array_of_a_tensor_that_requires_a_gradient_is_refused() -> None:
    calls: list[Any] = [
        lambda: np.asarray(X),
        lambda: np.array(X),
        lambda: np.array([X, X]),
        lambda: np.array([X[0, 0], 1.0]),
        lambda: np.ones((2, 2)) + np.array([X, X]),
    ]
    for call in calls:
        with pytest.raises(AutogradError, match=r"would lose it.*np\.stack.*x\.data"):
            call()


def test_an_array_of_a_constant_tensor_is_its_data() -> None:
    constant = X.detach()
    np.testing.assert_array_equal(np.asarray(constant), X.data)
    assert np.asarray(constant, dtype=np.float32).dtype == np.float32
    array = np.array(constant)
    array[...] = 0.0
    np.testing.assert_array_equal(constant.data, X.data)
    np.testing.assert_array_equal(np.array([constant, constant]), np.stack([X.data, X.data]))


def test_functions_of_one_number_see_a_number() -> None:
    assert math.sqrt(eg.Tensor(2.0)) == math.sqrt(2.0)
    one = tensor(2.0)
    assert f"{one:.3f}" == "2.000"


@pytest.mark.parametrize("line", ["x % 2.0", "5.0 % x", "x // 2.0", "7.0 // x", "divmod(x, 2.0)"])
def test_operators_whose_rules_are_imported_later_work_first_of_all(line: str) -> None:
    code = f"import einsum_grad as eg; x = eg.Tensor([3.0, 4.0], requires_grad=True); {line}"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_only_the_rules_up_to_the_one_that_is_needed_are_imported() -> None:
    code = """
import sys
import numpy as np, einsum_grad as eg
rules = "einsum_grad.autograd.rules."
x = eg.Tensor([0.5, 1.0], requires_grad=True)
np.sum(np.tan(x)).backward()
assert rules + "elementwise.trigonometric" in sys.modules
later = ("reductions.statistics", "reductions.quantiles", "linalg", "signals.fft")
assert not {rules + name for name in later} & {*sys.modules}
np.linalg.norm(np.fft.fft(np.sort(x))).backward()
"""
    subprocess.run([sys.executable, "-c", code], check=True)
