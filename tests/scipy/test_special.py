"""einsum_grad.scipy.special: functions that are no ufuncs, with SciPy's arguments and values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import einsum_grad as eg
from einsum_grad.errors import AutogradError
from tests.autograd.rules.orders import check_two_orders
from tests.autograd.rules.table import np, numbers, tensor

sp = pytest.importorskip("scipy.special")
special: Any = eg.scipy.special

A, B = numbers(2, 3, 4), numbers(3, 1)
AXES = pytest.mark.parametrize("axis", [None, 0, -1, (0, 2)])


@AXES
@pytest.mark.parametrize("keepdims", [True, False])
def test_logsumexp_has_weights_and_a_sign(axis: Any, keepdims: bool) -> None:
    for weights in (None, np.abs(B), B):
        value, sign = special.logsumexp(tensor(A), axis, weights, keepdims, True)
        expected = sp.logsumexp(A, axis, weights, keepdims, True)
        np.testing.assert_allclose(value.data, expected[0], rtol=1e-13)
        np.testing.assert_array_equal(sign, expected[1])
    negative = special.logsumexp(tensor(A), axis, -np.abs(B), keepdims)
    assert np.isnan(negative.data).all()
    check_two_orders(lambda a: special.logsumexp(a, axis, np.abs(B), keepdims), A)
    check_two_orders(lambda a, b: special.logsumexp(a, axis, b, keepdims, True)[0], A, B)


def test_weights_of_0_leave_terms_out_however_large_they_are() -> None:
    a = np.array([1e4, 0.0, -np.inf])
    value = eg.logsumexp(tensor(a), b=np.array([0.0, 2.0, 1.0]))
    np.testing.assert_allclose(value.data, np.log(2.0))
    x = tensor(a)
    eg.logsumexp(x, b=np.array([1.0, 2.0, 1.0])).backward()
    np.testing.assert_allclose(x.grad, [1.0, 0.0, 0.0])
    assert eg.logsumexp(tensor(a), b=np.zeros(3)).data == -np.inf


@AXES
def test_softmax_and_its_logarithm_are_scipys(axis: Any) -> None:
    for name in ("softmax", "log_softmax"):
        ours, theirs = getattr(special, name), getattr(sp, name)
        np.testing.assert_allclose(ours(tensor(A), axis).data, theirs(A, axis), rtol=1e-13)
        check_two_orders(lambda a, ours=ours: ours(a, axis), A)


def test_log_softmax_is_exact_where_softmax_is_0() -> None:
    np.testing.assert_array_equal(eg.log_softmax(np.array([1e4, 0.0])), [0.0, -1e4])
    x = np.array([np.inf, 1.0], np.float32)[1:]
    assert eg.log_softmax(x).dtype == np.float32
    assert eg.log_softmax(np.zeros((2, 3)), 0)[0, 0] == -np.log(2.0)


def test_polygamma_and_multigammaln_are_scipys() -> None:
    x = numbers(4, low=2.2, high=4.0)
    for n in (0, 1, 2):
        np.testing.assert_array_equal(special.polygamma(n, tensor(x)).data, sp.polygamma(n, x))
        check_two_orders(lambda x, n=n: special.polygamma(n, x), x)
    np.testing.assert_array_equal(special.multigammaln(tensor(x), 3).data, sp.multigammaln(x, 3))
    check_two_orders(lambda x: special.multigammaln(x, 3), x)


def test_every_other_name_is_scipys() -> None:
    assert special.erf is sp.erf
    assert special.gamma is sp.gamma
    with pytest.raises(AttributeError, match="nothing"):
        _ = special.nothing


@pytest.mark.parametrize("name", ["logsumexp", "softmax", "log_softmax"])
def test_scipys_functions_refuse_a_tensor_and_name_ours(name: str) -> None:
    with pytest.raises(AutogradError, match=rf"scipy\.special\.{name} would .* use eg\.{name}, or"):
        getattr(sp, name)(tensor(A))


def test_other_packages_of_scipy_refuse_a_tensor_by_name() -> None:
    linalg, stats = pytest.importorskip("scipy.linalg"), pytest.importorskip("scipy.stats")
    fft, x = pytest.importorskip("scipy.fft"), tensor(np.eye(2))
    asked: dict[str, Callable[[], Any]] = {
        r"scipy\.linalg\.expm would .* einsum_grad\.scipy\.linalg": lambda: linalg.expm(x),
        r"scipy\.linalg\.solve_triangular would": lambda: linalg.solve_triangular(x, x),
        r"scipy\.stats\.logpdf would .* einsum_grad\.scipy\.stats": lambda: stats.norm.logpdf(x),
        r"scipy\.fft\.rfft would .* use np\.fft\.rfft": lambda: fft.rfft(x),
        "an array made of a Tensor": lambda: np.asarray(x),
    }
    for message, call in asked.items():
        with pytest.raises(AutogradError, match=message):
            call()
    np.testing.assert_array_equal(linalg.expm(x.detach() * 0), np.eye(2))
