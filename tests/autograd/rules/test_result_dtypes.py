"""Results in the dtype that was asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import einsum_grad as eg
from einsum_grad.errors import ArgumentTypeError

X = np.array([1.5, 2.5, 4.0])
MOMENTS = [(np.var, np.var), (np.std, np.std), (np.nanvar, np.var), (np.nanstd, np.std)]
"""Each with the function whose results are wanted: NumPy's nanvar warns about dtype=complex."""


@pytest.mark.parametrize(("function", "plain"), MOMENTS)
@pytest.mark.parametrize("dtype", ["f4", "f8", "c8", "c16"])
@pytest.mark.parametrize("x", [X, X.astype("f4"), X + 0.5j * X[::-1]])
def test_moments_have_numpys_dtype(function: Any, plain: Any, dtype: str, x: Any) -> None:
    if np.iscomplexobj(x) and np.dtype(dtype).kind == "f":
        with pytest.raises(ArgumentTypeError, match=f"{plain.__name__}: an operand of"):
            function(eg.Tensor(x), dtype=dtype)
        return
    found = function(eg.Tensor(x), dtype=dtype)
    wanted = plain(x, dtype=dtype)
    assert found.dtype == wanted.dtype
    np.testing.assert_allclose(found.data, wanted, rtol=1e-6)
    gradient = eg.grad(lambda t: np.real((1 + 2j) * function(t, dtype=dtype)))(x)
    assert gradient.dtype == x.dtype
    np.testing.assert_allclose(gradient, eg.grad(function)(x), rtol=1e-5)


def test_digamma_in_a_complex_dtype() -> None:
    special = pytest.importorskip("scipy.special", reason="needs SciPy, from the extra scipy")

    def total(t: Any) -> Any:
        return np.real((1 + 2j) * special.psi(t, dtype=np.complex128)).sum()

    np.testing.assert_allclose(eg.grad(total)(X), special.polygamma(1, X), rtol=1e-14)
    slope = eg.grad(lambda t: eg.grad(total)(t).sum())
    np.testing.assert_allclose(slope(X), special.polygamma(2, X), rtol=1e-14)
    gradient = eg.grad(total)(X.astype(complex))
    np.testing.assert_allclose(gradient, (1 - 2j) * special.polygamma(1, X), rtol=1e-14)
    with pytest.raises(ArgumentTypeError, match="polygamma: of real numbers alone"):
        eg.grad(total)(X + 1j)


MIXED: dict[str, Callable[[Any], Any]] = {
    "ediff1d": lambda x: np.ediff1d(x, to_end=np.array([1.0, 2.0]), to_begin=np.float64(3)),
    "gradient along coordinates": lambda x: np.gradient(x, np.array([0.0, 1.0, 3.0])),
    "choose with a number": lambda x: np.choose([0, 1, 0], [x, 1.0]),
    "choose with an array": lambda x: np.choose([0, 1, 0], [x, np.ones(3)]),
    "lower": lambda x: np.quantile(x, [0.0, 0.3, 1.0], method="lower"),
    "higher": lambda x: np.quantile(x, np.array([0.3]), method="higher"),
    "nearest": lambda x: np.percentile(x, [30.0], method="nearest"),
    "linear": lambda x: np.quantile(x, [0.0, 0.3, 1.0]),
    "interp": lambda x: np.interp(np.float32(2), x, x),
    "nothing resized": lambda x: np.resize(x[:0], (2, 3)),
}


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("name", MIXED)
def test_narrow_operands_beside_wide_ones(name: str, dtype: str) -> None:
    x = X.astype(dtype)
    found = MIXED[name](eg.Tensor(x))
    np.testing.assert_array_equal(found.dtype, MIXED[name](x).dtype)
    np.testing.assert_allclose(found.data, MIXED[name](x), rtol=1e-6)
    gradient = eg.grad(lambda t: MIXED[name](t).sum())(x)
    assert gradient.dtype == x.dtype
    steps = 0.125 * np.eye(3)
    wanted = [(MIXED[name](X + step).sum() - MIXED[name](X - step).sum()) / 0.25 for step in steps]
    np.testing.assert_allclose(gradient, wanted, rtol=1e-6, atol=1e-6)
