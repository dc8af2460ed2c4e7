"""Expressions of many kinds, with what their arrays are drawn from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Case:
    """A sentence, its declarations and its variable; `drawn` says how arrays are drawn.

    That is "positive", "definite" (and symmetric), "signs", "onehot", "zeros", "ties" or
    "symmetric" for a name; numbers of both signs else.
    """

    text: str
    given: str
    wrt: str
    drawn: Mapping[str, str] = field(default_factory=dict)


SIZES = {
    "n": 5,
    "m": 4,
    "d": 3,
    "k": 2,
    "h": 3,
    "c": 4,
    "i": 2,
    "j": 3,
    "l": 4,
    "b": 2,
    "t": 3,
    "q": 2,
}

CLASSIC = [
    Case("a @ x", "a: n, x: n", "x"),
    Case("x @ x", "x: n", "x"),
    Case("x @ A @ x", "A: n n, x: n", "x"),
    Case("x @ A @ x", "A: n n, x: n", "A"),
    Case("x @ A @ x + c @ sin(y) @ x", "A: n n, x: n, c: n m, y: m n", "x"),
    Case("x.T @ A @ x + b @ x + c", "A: n n, x: n, b: n, c:", "x"),
    Case("norm(A @ x - b)", "A: m n, x: n, b: m", "x"),
    Case("norm(A @ x - b)**2", "A: m n, x: n, b: m", "x"),
    Case("sum((A @ x - b)**2) / 2", "A: m n, x: n, b: m", "A"),
    Case("sum(log(exp(-y * (X @ w)) + ones(n)))", "X: n d, w: d, y: n", "w", {"y": "signs"}),
    Case("sum(log(1 + exp(-y * (X @ w))))", "X: n d, w: d, y: n", "w", {"y": "signs"}),
    Case("sum(log(1 + exp(-y * (X @ w))))", "X: n d, w: d, y: n", "X", {"y": "signs"}),
    Case("mean(log(1 + exp(X @ w)) - y * (X @ w))", "X: n d, w: d, y: n", "w"),
    Case("trace(A @ X @ B)", "A: m n, X: n d, B: d m", "X"),
    Case("trace(A @ X @ B @ X.T)", "A: n n, X: n d, B: d d", "X"),
    Case("trace(X.T @ X)", "X: n d", "X"),
    Case("trace(X @ X)", "X: n n", "X"),
    Case("trace(X @ X @ X)", "X: n n", "X"),
    Case("logdet(X)", "X: n n", "X", {"X": "definite"}),
    Case("log(det(X))", "X: n n", "X", {"X": "definite"}),
    Case("det(X)", "X: d d", "X", {"X": "definite"}),
    Case("logdet(X.T @ X)", "X: n d", "X"),
    Case("logdet(X) + trace(inv(X) @ S)", "X: n n, S: n n", "X", {"X": "definite"}),
    Case("trace(inv(X))", "X: n n", "X", {"X": "definite"}),
    Case("a @ inv(X) @ b", "X: n n, a: n, b: n", "X", {"X": "definite"}),
    Case("trace(inv(X) @ A)", "X: n n, A: n n", "X", {"X": "definite"}),
    Case("sum(A * X)", "A: n m, X: n m", "X"),
    Case("norm(X)", "X: n m", "X"),
    Case("norm(X @ W - Y)**2 + a * norm(W)**2", "X: n d, W: d k, Y: n k, a:", "W"),
    Case("exp(-x @ A @ x / 2)", "A: n n, x: n", "x"),
    Case("1 / (1 + exp(-a @ x))", "a: n, x: n", "x"),
    Case("x / norm(x) @ a", "x: n, a: n", "x"),
    Case("(x @ A @ x) / (x @ x)", "A: n n, x: n", "x"),
    Case("tanh(a @ x) * sum(sin(x))", "a: n, x: n", "x"),
    Case("sum(x * log(x))", "x: n", "x", {"x": "positive"}),
    Case("outer(x, x)", "x: d", "x"),
    Case("A @ x", "A: m n, x: n", "x"),
    Case("A @ x", "A: m n, x: n", "A"),
    Case("x * x", "x: n", "x"),
    Case("softmax(x)", "x: d", "x"),
    Case("inv(X)", "X: d d", "X", {"X": "definite"}),
    Case("X.T", "X: k d", "X"),
    Case("X @ X", "X: d d", "X"),
    Case("diag(x) @ A @ x", "A: d d, x: d", "x"),
]

LOSSES = [
    Case("r = X @ w - y; r @ r + a * (w @ w)", "X: n d, w: d, y: n, a:", "w"),
    Case(
        "sum(sqrt((X @ w - y)**2 + 0.01)) + a * sum(sqrt(w**2 + 0.001))",
        "X: n d, w: d, y: n, a:",
        "w",
    ),
    Case("r = abs(X @ w - y)\nsum(where(r <= 1, r**2 / 2, r - 0.5))", "X: n d, w: d, y: n", "w"),
    Case("u = X @ w; sum(exp(u) - y * u)", "X: n d, w: d, y: n", "w"),
    Case(
        "Z = X @ W; -sum(Y * (Z - logsumexp(Z, axis=1, keepdims=True))) / n",
        "X: n d, W: d c, Y: n c",
        "W",
        {"Y": "onehot"},
    ),
    Case("-sum(Y * log(softmax(X @ W, axis=1)))", "X: n d, W: d c, Y: n c", "W", {"Y": "onehot"}),
    Case(
        "Z = X @ W\nP = exp(Z) / sum(exp(Z), axis=1, keepdims=True)\n-sum(Y * log(P))",
        "X: n d, W: d c, Y: n c",
        "W",
        {"Y": "onehot"},
    ),
    Case(
        "-mean(sum(Y * log_softmax(X @ W + b, axis=-1), axis=-1))",
        "X: n d, W: d c, Y: n c, b: c",
        "b",
        {"Y": "onehot"},
    ),
    Case("p = sigmoid(X @ w); -sum(y * log(p) + (1 - y) * log(1 - p))", "X: n d, w: d, y: n", "w"),
    Case(
        "p = 1 / (1 + exp(-X @ w)); -mean(y * log(p) + (1 - y) * log(1 - p))",
        "X: n d, w: d, y: n",
        "w",
    ),
    Case("sum(softplus(1 - y * (X @ w))) + 0.5 * w @ w", "X: n d, w: d, y: n", "w", {"y": "signs"}),
    Case(
        "sum(relu(1 - y * (X @ w))**2) + 0.5 * (w @ w)", "X: n d, w: d, y: n", "w", {"y": "signs"}
    ),
    Case("sum(maximum(0, 1 - y * (X @ w)))", "X: n d, w: d, y: n", "w", {"y": "signs"}),
    Case(
        "-sum(logsumexp(log(p) - 0.5 * sum((X[:, None, :] - M)**2, axis=2), axis=1))",
        "X: n d, M: k d, p: k",
        "M",
        {"p": "positive"},
    ),
    Case(
        "-sum(log(sum(p * exp(-0.5 * sum((X[:, None, :] - M)**2, axis=2)), axis=1)))",
        "X: n d, M: k d, p: k",
        "M",
        {"p": "positive"},
    ),
    Case(
        "-sum(log(sum(p * exp(-0.5 * sum((X[:, None, :] - M)**2, axis=2)), axis=1)))",
        "X: n d, M: k d, p: k",
        "p",
        {"p": "positive"},
    ),
    Case(
        "Z = X - m; 0.5 * trace(Z @ inv(S) @ Z.T) + 0.5 * n * logdet(S)",
        "X: n d, m: d, S: d d",
        "S",
        {"S": "definite"},
    ),
    Case(
        "Z = X - m; 0.5 * trace(Z @ inv(S) @ Z.T) + 0.5 * n * logdet(S) + n * d / 2 * log(2 * pi)",
        "X: n d, m: d, S: d d",
        "m",
        {"S": "definite"},
    ),
    Case("trace(X.T @ X @ P) - n * logdet(P)", "X: n d, P: d d", "P", {"P": "definite"}),
    Case("sum((T - U @ V.T)**2)", "T: m n, U: m k, V: n k", "U"),
    Case("sum((T - U @ V.T)**2)", "T: m n, U: m k, V: n k", "V"),
    Case(
        "sum(M * (T - U @ V.T)**2) + a * (norm(U)**2 + norm(V)**2)",
        "M: m n, T: m n, U: m k, V: n k, a:",
        "U",
    ),
    Case('sum((T - einsum("ir,jr,kr->ijk", A, B, C))**2)', "T: i j l, A: i q, B: j q, C: l q", "B"),
    Case(
        'norm(T - einsum("abc,ia,jb,lc->ijl", G, A, B, C))**2',
        "T: i j l, G: q k b, A: i q, B: j k, C: l b",
        "G",
    ),
    Case(
        "alpha @ K @ alpha + norm(K @ alpha - y)**2 / n",
        "K: n n, alpha: n, y: n",
        "alpha",
        {"K": "definite"},
    ),
    Case(
        "D = sum((X[:, None, :] - X)**2, axis=2); K = exp(-D / (2 * s**2)) + 0.1 * eye(n);"
        "y @ inv(K) @ y + logdet(K)",
        "X: n d, y: n, s:",
        "s",
        {"s": "positive"},
    ),
    Case(
        "A = softmax((X @ Q) @ (X @ K).T / sqrt(d), axis=1); sum((A @ (X @ V) - Y)**2)",
        "X: t d, Q: d d, K: d d, V: d d, Y: t d",
        "Q",
    ),
    Case(
        "A = softmax((X @ Q) @ (X @ K).T / sqrt(d), axis=1); sum((A @ (X @ V) - Y)**2)",
        "X: t d, Q: d d, K: d d, V: d d, Y: t d",
        "X",
    ),
    Case(
        "m = mean(X, axis=1, keepdims=True); v = mean((X - m)**2, axis=1, keepdims=True);"
        "sum(((X - m) / sqrt(v + 0.001) * g + b)**3)",
        "X: n d, g: d, b: d",
        "X",
    ),
    Case(
        "m = mean(X, axis=1, keepdims=True); v = mean((X - m)**2, axis=1, keepdims=True);"
        "sum(((X - m) / sqrt(v + 0.001) * g + b)**3)",
        "X: n d, g: d, b: d",
        "g",
    ),
    Case("sum((tanh(X @ W + b) @ v - y)**2)", "X: n d, W: d h, b: h, v: h, y: n", "W"),
    Case(
        "H = relu(X @ W + b); -sum(Y * log_softmax(H @ V, axis=1))",
        "X: n d, W: d h, b: h, V: h c, Y: n c",
        "W",
        {"Y": "onehot"},
    ),
    Case("mean((sigmoid(X @ W) @ V - Y)**2)", "X: n d, W: d h, V: h k, Y: n k", "V"),
    Case("sum(log(1 + (X @ w - y)**2))", "X: n d, w: d, y: n", "w"),
    Case("sum(log(exp(X @ w - y) + exp(y - X @ w)))", "X: n d, w: d, y: n", "w"),
    Case("-sum(y * log(p / sum(p)))", "p: n, y: n", "p", {"p": "positive", "y": "positive"}),
    Case("sum(y * (log(y) - log(softmax(x))))", "x: n, y: n", "x", {"y": "positive"}),
    Case("sum(expm1(x)**2) + sum(log1p(x**2))", "x: n", "x"),
    Case("sum((y - a * exp(-b * x))**2)", "y: n, x: n, a:, b:", "b"),
]

TENSORS = [
    Case('einsum("ijk,i,j,k->", T, x, x, x)', "T: d d d, x: d", "x"),
    Case('einsum("bij,bjk->bik", A, B)', "A: b i j, B: b j l", "A"),
    Case("sum((A @ B)**2)", "A: b i j, B: b j l", "A"),
    Case("sum((A @ B)**2)", "A: b i j, B: j l", "B"),
    Case("sum(sin(T) * T.T.T)", "T: i j l", "T"),
    Case("logsumexp(T, axis=(0, 2))", "T: i j l", "T"),
    Case("sum(softmax(T, axis=1)**2 * C)", "T: i j l, C: i j l", "T"),
    Case("sum(mean(T, axis=0)**3)", "T: i j l", "T"),
    Case("sum(T * x[:, None, None] * y[:, None] * z)", "T: i j l, x: i, y: j, z: l", "y"),
    Case('sum(einsum("...i,...i->...", T, T)**2)', "T: i j l", "T"),
    Case('sum(einsum("ii->i", X) ** 3)', "X: n n", "X"),
    Case('einsum("iij,j->", T, x)', "T: d d h, x: h", "T"),
    Case("sum(logdet(A))", "A: b d d", "A", {"A": "definite"}),
    Case("sum(inv(A) @ x[:, :, None])", "A: b d d, x: b d", "A", {"A": "definite"}),
    Case('einsum("bhqd,bhkd->bhqk", Q, K)', "Q: b i t d, K: b i j d", "K"),
    Case("sum(max(T, axis=2)**2)", "T: i j l", "T"),
    Case("dot(T, A)", "T: b i j, A: l j k", "T"),
]

TRAPS = [
    Case("sum(x / x)", "x: n", "x"),
    Case("x - x", "x: n", "x"),
    Case("sum(x**x)", "x: n", "x", {"x": "positive"}),
    Case("sum(x**y)", "x: n, y: n", "y", {"x": "positive"}),
    Case("sum(2**x)", "x: n", "x"),
    Case("sum(x**3.5)", "x: n", "x", {"x": "positive"}),
    Case("sum(x**-2)", "x: n", "x"),
    Case("sum(x**0)", "x: n", "x"),
    Case("sum(X * X.T)", "X: n n", "X"),
    Case("trace(X @ X.T @ X)", "X: n n", "X"),
    Case("X + X.T", "X: d d", "X"),
    Case("x @ X @ X.T @ x", "X: n n, x: n", "X"),
    Case("sum(diag(X)**2)", "X: n n", "X"),
    Case("sum(diag(x) * X)", "x: n, X: n n", "x"),
    Case("sum(diag(diag(X)) @ X)", "X: n n", "X"),
    Case("sum(X + b)", "X: n d, b: d", "b"),
    Case("sum((X * b)**2)", "X: n d, b: d", "b"),
    Case("sum((X + c)**2)", "X: n d, c: n 1", "c"),
    Case("sum((X * c + r)**3)", "X: n d, c: n 1, r: 1 d", "r"),
    Case("sum((x[:, None] - x)**2)", "x: n", "x"),
    Case("a * b", "a:, b:", "a"),
    Case("a**2 * sin(a)", "a:", "a"),
    Case("sum(a * X)", "a:, X: n d", "a"),
    Case("3", "x: n", "x"),
    Case("pi", "a:", "a"),
    Case("sum(y)", "x: n, y: n", "x"),
    Case("x + 1", "x: n", "x"),
    Case("sum(maximum(x, y))", "x: n, y: n", "x", {"x": "ties", "y": "ties"}),
    Case("sum(minimum(x, y) * y)", "x: n, y: n", "y", {"x": "ties", "y": "ties"}),
    Case("sum(minimum(x, y) ** 2)", "x: n, y: n", "x", {"x": "ties", "y": "ties"}),
    Case("max(x)", "x: n", "x", {"x": "ties"}),
    Case("sum(max(X, axis=0)**2)", "X: n d", "X", {"X": "ties"}),
    Case("min(x) * sum(x)", "x: n", "x", {"x": "ties"}),
    Case("sum(abs(x) * x)", "x: n", "x"),
    Case("sum(relu(x)**2)", "x: n", "x", {"x": "zeros"}),
    Case("sum(where(x > y, x**2, y * x))", "x: n, y: n", "x"),
    Case("sum((x > 0) * x**2)", "x: n", "x"),
    Case("exp(sum(exp)) * sum(log(exp**2))", "exp: n", "exp"),
    Case("sum(sum * sum) + n * max", "sum: n, max:", "sum"),
    Case("sum(sin(pi * x))", "x: n", "x"),
    Case("sum(pi * x)", "pi: n, x: n", "pi"),
    Case("x = x**2; sum(x * x)", "x: n", "x"),
    Case("n * sum(x) / d", "x: n, y: d", "x"),
    Case("sum(ones((n, d)) * x) + sum(zeros(n))", "x: d, y: n", "x"),
    Case("sum(x @ x.T)", "x: n 1", "x"),
    Case("(x @ x.T) * x", "x: n 1", "x"),
    Case("softmax(x, axis=1)", "x: n 1", "x"),
    Case("sum(max(T, axis=(1, 2))**3)", "T: n 1 d", "T"),
    Case("logsumexp(x, axis=1)", "x: n 1", "x"),
    Case("sum(exp(x) * exp(-x))", "x: n", "x"),
    Case("log(exp(a))", "a:", "a"),
    Case("sqrt(a**2)", "a:", "a"),
    Case("sum(sqrt(x)**2)", "x: n", "x", {"x": "positive"}),
    Case("-x @ -x - -x @ x", "x: n", "x"),
    Case("sum(cos(x)**2 + sin(x)**2)", "x: n", "x"),
    Case("sum(1 / (1 + exp(-x)) - exp(x) / (1 + exp(x)))", "x: n", "x"),
    Case("max(sum(X, axis=1)) + logsumexp(sum(X, axis=0))", "X: n d", "X"),
    Case("mean(x) * mean(x**2) - sum(square(x))", "x: n", "x"),
    Case("norm(X, axis=1) @ y", "X: n d, y: n", "X"),
    Case("np.sum(np.exp(X).T @ np.linalg.inv(A))", "X: n d, A: n n", "X", {"A": "definite"}),
    Case("X.sum(axis=0).dot(w) + x.T.sum()", "X: n d, w: d, x: n", "X"),
]

STRUCTURED = [
    Case("logdet(S) + trace(S @ A)", "S: d d symmetric, A: d d", "S", {"S": "definite"}),
    Case("x @ S @ x", "S: d d symmetric, x: d", "S"),
    Case("x @ S @ x", "S: d d symmetric, x: d", "x"),
    Case("trace(S @ S @ A)", "S: d d symmetric, A: d d", "S"),
    Case("trace(inv(S) @ A)", "S: d d symmetric, A: d d", "S", {"S": "definite"}),
    Case("sum(exp(S) * A)", "S: d d symmetric, A: d d", "S"),
    Case("x @ D @ y + trace(D @ D)", "D: d d diagonal, x: d, y: d", "D"),
    Case("logdet(D) + trace(inv(D) @ A)", "D: d d diagonal, A: d d", "D", {"D": "positive"}),
    Case("norm(X @ D - Y)**2", "D: d d diagonal, X: n d, Y: n d", "D"),
    Case("sum(D) + det(D @ A)", "D: d d diagonal, A: d d", "D", {"D": "positive", "A": "definite"}),
]

MORE = [
    Case("logdet(A + X @ X.T)", "A: n n, X: n k", "X", {"A": "definite"}),
    Case("norm(outer(x, y) - A)**2", "x: m, y: n, A: m n", "y"),
    Case(
        "sum(A * log(A / (U @ V)) - A + U @ V)",
        "A: m n, U: m k, V: k n",
        "U",
        {"A": "positive", "U": "positive", "V": "positive"},
    ),
    Case(
        "L = X @ W + b; P = softmax(L / T, axis=1); -sum(Y * log(P)) * T**2",
        "X: n d, W: d c, b: c, T:, Y: n c",
        "T",
        {"T": "positive", "Y": "onehot"},
    ),
    Case(
        "D = X[:, None, :] - M; "
        "E = einsum('nkd,kde,nke->nk', D, L, D); "
        "-sum(logsumexp(log_softmax(a) - E / 2 + logdet(L) / 2, axis=1))",
        "X: n d, M: k d, L: k d d, a: k",
        "M",
        {"L": "definite"},
    ),
    Case(
        "D = sum((X[:, None, :] - M)**2, axis=2); "
        "-sum(log(sum(exp(-D / (2 * s**2)) / s**d, axis=1)))",
        "X: n d, M: k d, s: k",
        "s",
        {"s": "positive"},
    ),
    Case(
        "S = einsum('bthd,bshd->bhts', Q, K) / sqrt(d); "
        "O = einsum('bhts,bshd->bthd', softmax(S, axis=-1), V); "
        "sum(O * G)",
        "Q: b t k d, K: b q k d, V: b q k d, G: b t k d",
        "Q",
    ),
    Case(
        "c = X - mean(X, axis=-1, keepdims=True); "
        "sum(Y * (g * c / sqrt(mean(c * c, axis=-1, keepdims=True) + e) + b))",
        "X: n d, Y: n d, g: d, b: d, e:",
        "X",
        {"e": "positive"},
    ),
    Case(
        "H = X @ A; H = 0.5 * H * (1 + tanh(sqrt(2 / pi) * (H + 0.044715 * H**3))); sum(H * Y)",
        "X: n d, A: d h, Y: n h",
        "A",
    ),
    Case(
        "n1 = X / norm(X, axis=1)[:, None]; S = n1 @ n1.T / t; -trace(log_softmax(S, axis=1) @ Y)",
        "X: n d, t:, Y: n n",
        "X",
        {"t": "positive"},
    ),
    Case(
        "-e * sum(a * logsumexp((g - C) / e, axis=1)) - sum(b * g)",
        "C: m n, g: n, a: m, b: n, e:",
        "g",
        {"e": "positive"},
    ),
    Case("det(eye(d) + outer(x, y))", "x: d, y: d", "x"),
    Case("logdet(K[:, None, None] * A)", "K: b, A: b d d", "K", {"A": "definite", "K": "positive"}),
    Case("einsum('abcd,abcd->', T, T) / einsum('aabb->', T)", "T: d d h h", "T"),
    Case("sum((x**2)**x)", "x: n", "x", {"x": "positive"}),
    Case("a**b**a", "a:, b:", "a", {"a": "positive", "b": "positive"}),
    Case("max(max(X, axis=0))", "X: n d", "X", {"X": "ties"}),
    Case("sum(x * (x == max(x)))", "x: n", "x"),
    Case("sum(C * C * sum(C))", "C: 1 1", "C"),
    Case("n * d * a**n", "a:, X: n d", "a", {"a": "positive"}),
    Case("trace(D @ A @ D @ B)", "D: d d diagonal, A: d d, B: d d", "D"),
    Case("D @ x + diag(D) * x", "D: d d diagonal, x: d", "D"),
    Case("sum(exp(D))", "D: d d diagonal", "D"),
    Case("T = T.T; sum(T @ T)", "T: n n", "T"),
    Case("λ * θ @ θ", "θ: n, λ:", "θ"),
    Case("sum(logaddexp(X, y)**2)", "X: n d, y: d", "X"),
    Case("sum(logaddexp(X, y)**2)", "X: n d, y: d", "y"),
    Case("sum(logaddexp(0, x) * logaddexp(x, x))", "x: n", "x"),
    Case("sum(expm1(x) / (expm1(x) + 2) + 3 * log(2 * expm1(x) + 3))", "x: n", "x"),
    Case("sum(expm1(y * x) * exp(-x * y) + expm1(x) / (1 + exp(x)))", "x: n, y: n", "x"),
    Case("sum(where(2 == 0, 1, x) + where(1 < 2, x**2, 3))", "x: n", "x"),
]

CASES = [*CLASSIC, *LOSSES, *TENSORS, *TRAPS, *STRUCTURED, *MORE]
