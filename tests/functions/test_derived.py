"""`derive`: values, gradients and Hessians of arrays."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import einsum_grad as eg
from einsum_grad.errors import ArgumentError, DTypeError, OperandError
from tests.calculus import jax_reference, tensor_reference
from tests.calculus.cases import CASES, SIZES, Case
from tests.calculus.close import assert_close
from tests.calculus.draw import draw
from tests.tries import sample

SOME = sample(CASES)
LOGISTIC = ("sum(log(1 + exp(-y * (X @ w))))", "X: n d, w: d, y: n")
FACTORS = ("sum((T - U @ V.T)**2)", "T: m n, U: m k, V: n k")


def identity(case: Case) -> str:
    return f"{case.text} by {case.wrt}"


@pytest.mark.parametrize("case", CASES, ids=identity)
def test_value_and_gradient_are_those_of_tensors(case: Case) -> None:
    arrays, found = draw(case), eg.derive(case.text, case.given, case.wrt)
    value, gradient = tensor_reference.derivatives(case, arrays)
    assert_close(found.value(**arrays), value)
    assert_close(found.gradient(**arrays), gradient)
    for got, expected in zip(found.value_and_gradient(**arrays), (value, gradient), strict=True):
        assert_close(got, expected)


@pytest.mark.parametrize("case", SOME, ids=identity)
def test_the_forms_of_the_hessian_agree(case: Case) -> None:
    arrays, found = draw(case), eg.derive(case.text, case.given, case.wrt)
    dense, linear = found.hessian(**arrays), found.hessian.at(**arrays)
    vector = np.random.default_rng(0).standard_normal(arrays[case.wrt].shape)
    assert_close(linear.materialize(), dense)
    assert_close(linear @ vector, np.tensordot(dense, vector, vector.ndim))
    assert_close(found.hessian_vector(vector, **arrays), linear @ vector)
    assert linear.compressed_size <= linear.dense_size + sum(x.size for x in linear.arrays)


@pytest.mark.parametrize("case", SOME, ids=identity)
def test_modules_check_themselves(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    source = eg.derive(case.text, case.given, case.wrt).source
    names: dict[str, object] = {"__name__": "module"}
    exec(compile(source, "module", "exec"), names)
    main = names["main"]
    assert callable(main)
    assert main() == 0, capsys.readouterr().out
    assert max(map(len, source.splitlines())) <= 100
    assert "np.ones" not in source
    assert "einsum_grad" not in source


@pytest.mark.parametrize(
    ("text", "given", "wrt"),
    [
        ("det(X)**2", "X: n n", "X"),
        ("trace(X @ X @ A)", "X: n n, A: n n", "X"),
        ("sum(inv(X) * A.T)", "X: n n, A: n n", "X"),
    ],
)
def test_a_transpose_that_is_missing_is_found(text: str, given: str, wrt: str) -> None:
    source = eg.derive(text, given, wrt).source
    checked = source.index("def gradient("), source.index("def hessian_compressed(")
    places = [at for at in range(*checked) if source.startswith(".T", at)]
    assert places
    for at in places:
        names: dict[str, Any] = {"__name__": "module"}
        exec(source[:at] + source[at + len(".T") :], names)
        assert names["main"]() == 1, source[at - 40 : at + 10]


@pytest.mark.oracle
@pytest.mark.parametrize("case", SOME, ids=identity)
def test_value_gradient_and_hessian_are_those_of_jax(case: Case) -> None:
    pytest.importorskip("jax")
    arrays, found = draw(case), eg.derive(case.text, case.given, case.wrt)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        value, gradient, hessian = jax_reference.derivatives(case, arrays)
    assert_close(found.value(**arrays), value)
    assert_close(found.gradient(**arrays), gradient)
    assert_close(found.hessian(**arrays), hessian)


def test_a_newton_step_solves_a_factorisation_with_25_numbers() -> None:
    random = np.random.default_rng(0)
    found = eg.derive(*FACTORS, wrt="U")
    arrays = {"T": (40, 30), "U": (40, 5), "V": (30, 5)}
    drawn = {name: random.standard_normal(shape) for name, shape in arrays.items()}
    hessian = found.hessian.at(**drawn)
    assert hessian.compressed_size == 25
    drawn["U"] = drawn["U"] - hessian.solve(found.gradient(**drawn))
    assert np.abs(found.gradient(**drawn)).max() < 1e-9


def test_several_variables_have_tuples() -> None:
    random = np.random.default_rng(0)
    found = eg.derive(*FACTORS, wrt=("U", "V"))
    arrays = {"T": (4, 3), "U": (4, 2), "V": (3, 2)}
    drawn = {name: random.standard_normal(shape) for name, shape in arrays.items()}
    vectors = random.standard_normal((4, 2)), random.standard_normal((3, 2))
    alone = [eg.derive(*FACTORS, wrt=name).gradient(**drawn) for name in ("U", "V")]
    for got, expected in zip(found.gradient(**drawn), alone, strict=True):
        assert_close(got, expected)
    blocks, dense = found.hessian.at(**drawn), found.hessian(**drawn)
    products = found.hessian_vector(vectors, **drawn)
    for row, whole, product in zip(blocks, dense, products, strict=True):
        for block, array in zip(row, whole, strict=True):
            assert_close(block.materialize(), array)
        assert_close(row[0] @ vectors[0] + row[1] @ vectors[1], product)
    assert_close(dense[0][1], dense[1][0].transpose(2, 3, 0, 1))


STABLE = [
    ("sum(log(1 + exp(x)))", 800 * 3.0, [0, 0.5, 1, 1]),
    ("log(sum(exp(x)))", 800 + np.log(2), [0, 0, 0.5, 0.5]),
    ("-log(exp(x) / sum(exp(x))) @ b", 1600 + np.log(2), [-1, 0, 0.5, 0.5]),
    ("-sum(b * log(softmax(x)))", 1600 + np.log(2), [-1, 0, 0.5, 0.5]),
    ("sum(1 / (1 + exp(-x)) * x)", 1600.0, [0, 0.5, 1, 1]),
    ("p = sigmoid(x); -sum(b * log(p) + (1 - b) * log(1 - p))", 2400 + 2 * np.log(2) / 2, None),
    ("p = 1 / (1 + exp(-x)); -sum(b * log(p) + (1 - b) * log(1 - p))", None, None),
    ("sum(log(exp(x) + exp(-x)))", None, [-1, 0, 1, 1]),
    ("sum(log1p(exp(x)))", None, [0, 0.5, 1, 1]),
    ("sum(exp(x) / (1 + exp(x)))", None, [0, 0.25, 0, 0]),
    ("log(sum((1 + b) * exp(x)))", 800 + np.log(2), [0, 0, 0.5, 0.5]),
    ("sum((exp(x) - exp(-x)) / (exp(x) + exp(-x)))", 1.0, [0, 1, 0, 0]),
    ("sum((exp(2 * x) - 1) / (exp(2 * x) + 1))", 1.0, [0, 1, 0, 0]),
    ("1 / sum(exp(x)) * sum(exp(x) * x)", 800.0, [0, 0, 0.5, 0.5]),
    ("sum(log(exp(x) * (1 + exp(x))))", None, [1, 1.5, 2, 2]),
    ("sum(logaddexp(x, 0))", 1600 + np.log(2), [0, 0.5, 1, 1]),
    ("sum(logaddexp(x, log(1 + b)))", None, [0, 0.5, 1, 1]),
    ("sum(logaddexp(x, -x))", None, [-1, 0, 1, 1]),
    ("sum(expm1(x) / (expm1(x) + 2))", 1.0, [0, 0.5, 0, 0]),
    ("sum(log(expm1(x) + 2))", 1600 + np.log(2), [0, 0.5, 1, 1]),
    ("sum(log(2 * expm1(x) + 2))", None, [1, 1, 1, 1]),
    ("log(mean(exp(x)))", 800 + np.log(0.5), [0, 0, 0.5, 0.5]),
]


@pytest.mark.parametrize(("text", "value", "gradient"), STABLE)
def test_forms_as_people_write_them_are_stable_at_800(
    text: str, value: float | None, gradient: list[float] | None
) -> None:
    found = eg.derive(text, "x: n, b: n", "x")
    x, b = np.array([-800.0, 0.0, 800.0, 800.0]), np.array([1.0, 0.0, 0.0, 0.0])
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        got, slope = found.value_and_gradient(x=x, b=b)
        curve = found.hessian(x=x, b=b)
    assert np.isfinite(got)
    assert np.isfinite(curve).all()
    if gradient is not None:
        np.testing.assert_allclose(slope, gradient, atol=1e-9)


def test_the_gradient_of_log_det_is_the_inverse() -> None:
    found = eg.derive("logdet(S)", "S: d d symmetric", "S")
    assert "return np.linalg.inv(S)" in found.source


def test_logistic_code_is_what_a_person_writes() -> None:
    source = eg.derive(*LOGISTIC, "w").source
    assert "return -(X.T @ (y * sigmoid(-(y * (X @ w)))))" in source


def test_arrays_come_by_name_or_in_order_and_have_to_fit() -> None:
    found = eg.derive(*LOGISTIC, "w")
    x, w, y = np.ones((3, 2)), np.ones(2), np.ones(3)
    assert found.value(x, w, y) == found.value(y=y, X=x, w=w) == found.value(x.tolist(), w, y=y)
    refused: list[tuple[Callable[[], object], type[Exception], str]] = [
        (lambda: found.value(x, w), ArgumentError, "the array y is missing"),
        (lambda: found.value(x, w, y, X=x), ArgumentError, "X is given twice"),
        (lambda: found.value(x, w, y, z=x), ArgumentError, "z is none of X, w, y"),
        (lambda: found.value(x, w, y, y), ArgumentError, "3 arrays, and not 4"),
        (lambda: found.value(x, y, y), OperandError, "axis d has size 3 in w and 2 in X"),
        (lambda: found.value(w, w, y), OperandError, r"X has shape \(2,\)"),
        (lambda: found.value(x * 1j, w, y), DTypeError, "real numbers"),
        (lambda: found.hessian_vector(y, x, w, y), OperandError, "the vector has shape"),
        (lambda: found.hessian_vector(w * 1j, x, w, y), DTypeError, "the vector has dtype complex"),
        (lambda: found.hessian_vector(["a", "b"], x, w, y), DTypeError, "the vector has dtype"),
    ]
    for call, error, message in refused:
        with pytest.raises(error, match=message):
            call()


def test_results_are_own_arrays_of_the_arrays_dtype() -> None:
    found = eg.derive("X.T", "X: n d", "X")
    x = np.ones((3, 2), np.float32)
    out = found.value(X=x)
    out[...] = 2
    assert (x == 1).all()
    assert out.dtype == np.float32
    assert found.value(X=np.ones((3, 2), int)).dtype == np.float64
    assert found.gradient(X=x).flags.writeable


def test_names_that_mean_something_in_python_are_safe() -> None:
    found = eg.derive("sum(np * if_ + θ)", {"np": "n", "if_": "n", "θ": "n"}, "np")
    ones = np.ones(2)
    assert found.value(np=ones, if_=2 * ones, θ=ones) == 6
    assert "def value(np_, if_, a1)" in found.source


def test_scipy_minimises_with_gradient_and_hessian() -> None:
    optimize = pytest.importorskip("scipy.optimize")
    random = np.random.default_rng(0)
    x, y = random.standard_normal((50, 3)), random.choice([-1.0, 1.0], 50)
    found = eg.derive(*LOGISTIC, "w")
    for hess, method in (("product", "trust-ncg"), ("dense", "trust-exact"), ("none", "BFGS")):
        options = found.objective(X=x, y=y, hess=hess)
        best = optimize.minimize(x0=np.zeros(3), method=method, **options)
        assert np.abs(found.gradient(X=x, w=best.x, y=y)).max() < 1e-3


def test_zero_sizes_and_other_sizes_than_those_written_for() -> None:
    found = eg.derive("sum(X @ w)", "X: n d, w: d", "w", sizes={"n": 5})
    assert found.gradient(X=np.ones((0, 2)), w=np.ones(2)).tolist() == [0, 0]
    assert found.gradient(X=np.ones((7, 2)), w=np.ones(2)).tolist() == [7, 7]


@pytest.mark.parametrize("sizes", [{"q": 3}, {"1": 3}, {"n": 2, "x": 3}])
def test_sizes_are_those_of_declared_axes(sizes: dict[str, int]) -> None:
    with pytest.raises(ArgumentError, match="sizes are those of axes, n, and not of"):
        eg.derive("sum(x)", "x: n 1", "x", sizes)


def test_sizes_of_the_tests_differ() -> None:
    assert len(set(SIZES.values())) > 3
