"""Results in the dtype that was asked for."""

from __future__ import annotations

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
