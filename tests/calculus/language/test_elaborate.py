"""Sentences to nodes: what is refused, and where."""

import pytest

from einsum_grad.calculus.derive import derivation
from einsum_grad.calculus.language.functions import FUNCTIONS
from einsum_grad.calculus.language.rules import ELEMENTWISE, PULLBACKS
from einsum_grad.errors import ExpressionError

GIVEN = "X: n d, w: d, y: n, a:, A: n n, T: n d d"


@pytest.mark.parametrize(
    ("text", "at", "message"),
    [
        ("X + y", "+", "the axes d and n meet here"),
        ("X @ y", "@", "the axes d and n meet here"),
        ("a @ w", "@", "multiply by"),
        ("sum(q)", "q", "q is no name here"),
        ("sinn(X)", "sinn", "did you mean sin?"),
        ("X(w)", "X", "X is an array"),
        ("sum(X, axis=2)", "axis", "there is no axis 2"),
        ("sum(X, axis=(0, 0))", "axis", "twice"),
        ("sum(X, axes=0)", "axes", "the keywords of sum are axis= and keepdims="),
        ("sum(X, keepdims=1)", "keepdims", "keepdims is True or False"),
        ("sum(X, axis=0, axis=1)", "axis", "axis= stands here twice"),
        ("exp(X, w)", "exp", "exp takes 1 argument, not 2"),
        ("X[0]", "0", "an index is"),
        ("w[:, :]", ":, :", "the index does not fit"),
        ("X.shape", "shape", "there are .T and .mT"),
        ("w.mT", "mT", ".mT transposes matrices"),
        ("trace(X)", "trace", "a square matrix"),
        ("inv(w)", "inv", "a square matrix"),
        ("diag(T)", "diag", "a square matrix"),
        ('einsum("ij,k->q", X, w)', "q", "q, which no operand has"),
        ('einsum("ij,j", X, y)', "ij", "j is the axis d and here the axis n"),
        ('einsum("ijk", X)', "ijk", "does not fit"),
        ("einsum(X)", "einsum", "an einsum is written"),
        ("eye(3)", "3", "no dimension"),
        ("eye(q)", "q", "no dimension"),
        ("(X, w)", "X", "no array and no number"),
        ("X.dott(w)", "dott", "no method"),
        ("outer(X, w)", "outer", "outer takes vectors"),
        ("0 / 0 * a", "/", "a division by 0"),
        ("a / (w - w)", "/", "a division by 0"),
        ("0**-1", "**", "a division by 0"),
        ("0 * sqrt(-2)", "sqrt", "-2 has no real power 1/2"),
        ("0 * log(0)", "log", "0 has no log"),
        ("log1p(-w**0)", "log1p", "-1 has no log1p"),
        ("norm(X, 1)", "norm", "norm takes 1 argument, not 2"),
    ],
)
def test_mistakes_are_pointed_at(text: str, at: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=message.replace("?", r"\?")) as caught:
        derivation(text, GIVEN, "X")
    assert caught.value.position == text.rindex(at) if at != "X" else True


def test_every_function_of_entries_has_a_rule() -> None:
    graph_functions = {"power", "pow", "where", "maximum", "minimum", *PULLBACKS}
    unary = {name for name in FUNCTIONS if name in ELEMENTWISE}
    assert unary | graph_functions <= ELEMENTWISE.keys() | PULLBACKS.keys()
    for name in unary - {"where", "maximum", "minimum"}:
        found = derivation(f"sum({name}(x) * x)", "x: n", "x")
        assert found.graph[found.gradients[0]].dims == ("n",)


def test_a_function_without_a_rule_is_refused_and_no_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(ELEMENTWISE, "tanh")
    with pytest.raises(ValueError, match="tanh has no rule"):
        derivation("sum(tanh(x))", "x: n", "x")
