"""Sentences read as people write them."""

from __future__ import annotations

import pytest

from einsum_grad.calculus.derive import derivation
from einsum_grad.explain.expression.formulas import formulas


@pytest.mark.parametrize(
    ("text", "given", "value", "gradient", "hessian"),
    [
        (
            "sum(log(1 + exp(-y * (X @ w))))",
            "w: d, X: n d, y: n",
            "sum(softplus(-y * z))",
            "-X.T @ (y * s)",
            "X.T @ ((y**2 * s * t)[:, None] * X)",
        ),
        ("x @ A @ x", "x: n, A: n n", "x @ z", "z + A @ x", "A.T + A"),
        ("norm(A @ x - b)", "x: n, A: m n, b: m", "sqrt(c)", "A.T @ r / sqrt(c)", None),
        ("sum((T - U @ V.T)**2)", "U: m k, T: m n, V: n k", "sum(R**2)", "-2 * R @ V", None),
        ("trace(A @ X @ B)", "X: n d, A: m n, B: d m", "trace(B @ Z)", "A.T @ B.T", None),
        ("sum(x**-2)", "x: n", "sum(1 / x**2)", "-2 / x**3", "6 * diag(1 / x**4)"),
        ("sum(x**3.5)", "x: n", "sum(x**3.5)", "7 * x**2.5 / 2", None),
        ("diag(x) @ A @ x", "x: n, A: n n", "x * (A @ x)", "x[:, None] * A + diag(z)", None),
        ("softmax(x)", "x: d", "exp(x - logsumexp(x))", "diag(s) - outer(s, s)", None),
        ("sum((X * c + r)**3)", "r: 1 d, X: n d, c: n 1", "sum(R**3)", "3 * u[None, :]", None),
        ("sum(where(x > y, x**2, y * x))", "x: n, y: n", None, "y * t + 2 * x * s", None),
        ("0.001 * a - a / 49", "a:", "-951 * a / 49000", "-951 / 49000", "0"),
    ],
)
def test_sentences_read_as_people_write_them(
    text: str, given: str, value: str | None, gradient: str, hessian: str | None
) -> None:
    found = formulas(derivation(text, given, given.partition(":")[0]))
    assert found.gradients[0].numpy == gradient
    assert value in (None, found.value.numpy)
    assert hessian in (None, found.hessians[0][0].numpy)
