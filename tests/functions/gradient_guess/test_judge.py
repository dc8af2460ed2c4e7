"""Verdicts on gradients of expressions that were derived by hand."""

from __future__ import annotations

import numpy as np
import pytest

import einsum_grad as eg
from einsum_grad.calculus.derive import derivation
from einsum_grad.errors import ArgumentError, ExpressionError
from einsum_grad.explain.expression.formulas import formulas
from einsum_grad.functions.gradient_guess.judge import judge_gradient
from einsum_grad.functions.gradient_guess.verdict import GradientVerdict, Kind
from tests.calculus.cases import CASES, Case
from tests.tries import sample

LOGISTIC = ("sum(log(1 + exp(-y * (X @ w))))", "X: n d, w: d, y: n", "w")
SQUARES = ("sum((X @ W - Y)**2)", "X: n d, W: d k, Y: n k", "W")


def judged(subject: tuple[str, str, str], guess: str) -> GradientVerdict:
    return judge_gradient(derivation(*subject), guess)


@pytest.mark.parametrize("case", sample(CASES), ids=lambda case: f"{case.text} by {case.wrt}")
def test_the_printed_gradient_is_right_and_its_double_is_not(case: Case) -> None:
    found = derivation(case.text, case.given, case.wrt)
    told = formulas(found)
    sentence = told.sentence(told.gradients[0])
    right = judge_gradient(found, sentence)
    assert right.is_right, str(right)
    *lines, last = sentence.split("\n")
    if judge_gradient(found, "\n".join([*lines, f"0 * ({last})"])).is_right:
        return
    wrong = judge_gradient(found, "\n".join([*lines, f"2 * ({last})"]))
    assert wrong.kind is Kind.WRONG, str(wrong)


@pytest.mark.parametrize(
    "guess",
    [
        "-X.T @ (y * s)",
        "s = sigmoid(-y * (X @ w)); -X.T @ (y * s)",
        "-(y * (1 - sigmoid(y * z))) @ X",
        "-X.T @ (y / (1 + exp(y * z)))",
        "sum(-X * (y * s)[:, None], axis=0)",
    ],
)
def test_every_way_to_write_it_is_proved(guess: str) -> None:
    verdict = judged(LOGISTIC, guess)
    assert verdict
    assert verdict.proved
    assert verdict.counterexample is None


def test_names_stand_for_what_derive_prints() -> None:
    verdict = judged(LOGISTIC, "-X.T @ (y * s)")
    assert verdict.where == (("z", "X @ w"), ("s", "sigmoid(-y * z)"))
    assert judged(LOGISTIC, "s = sigmoid(-y * (X @ w)); -X.T @ (y * s)").where == ()
    assert not judged(LOGISTIC, "s = X @ w; -X.T @ (y * s)")


def test_a_wrong_sign_has_the_smallest_example() -> None:
    verdict = judged(LOGISTIC, "X.T @ (y * s)")
    assert str(verdict) == (
        "df/dw: X.T @ (y * s) is wrong\n"
        "    with n = 1, d = 1, and zeros but for X[0,0] = 1, y[0] = 1: "
        "df/dw[0] is -0.5, but the guess gives 0.5\n"
        "    right is -X.T @ (y * s)\n"
        "    z = X @ w; s = sigmoid(-y * z)"
    )


@pytest.mark.parametrize(
    ("subject", "guess", "sizes", "count"),
    [
        (("sum(x**3)", "x: n", "x"), "3 * x", {"n": 1}, 1),
        (("x @ A @ x", "A: n n, x: n", "x"), "2 * A @ x", {"n": 2}, 2),
        (("mean(x**2)", "x: n", "x"), "x", {"n": 1}, 1),
        (("mean(x**2)", "x: n", "x"), "2 * x", {"n": 2}, 1),
        (("sum(log(x))", "x: n", "x"), "1 / x + x - 1", {"n": 1}, 1),
        (("a**2", "a:", "a"), "a", {}, 1),
        (("x * (c + a * b)", "c:, a:, b:, x:", "x"), "0 * c", {}, 1),
        (("x @ S @ x", "S: n n symmetric, x: n", "x"), "2 * diag(S) * x", {"n": 2}, 3),
    ],
)
def test_examples_are_small_and_true(
    subject: tuple[str, str, str], guess: str, sizes: dict[str, int], count: int
) -> None:
    example = judged(subject, guess).counterexample
    assert example is not None
    assert dict(example.sizes) == sizes
    assert sum(len(entries) for _, entries in example.arrays) == count
    shapes = {x.name: x.axes for x in derivation(*subject).declarations}
    arrays = {name: np.zeros([sizes[dim] for dim in dims]) for name, dims in shapes.items()}
    for name, entries in example.arrays:
        for index, value in entries:
            arrays[name][index] = value
    assert eg.derive(*subject).gradient(**arrays)[example.index] == pytest.approx(example.expected)
    assert example.got != pytest.approx(example.expected)


def test_a_transpose_is_told() -> None:
    other = judged(SQUARES, "2 * R.T @ X")
    assert (other.kind, other.counterexample) == (Kind.TRANSPOSED, None)
    assert other.why == "df/dW has the axes d k, and the guess the axes k d"
    same = judged(("trace(A @ X)", "A: n n, X: n n", "X"), "A")
    assert same.kind is Kind.TRANSPOSED
    assert same.counterexample is not None


def test_other_axes_are_told() -> None:
    verdict = judged(LOGISTIC, "-X * (y * s)[:, None]")
    assert (verdict.kind, verdict.why) == (
        Kind.AXES,
        "df/dw has the axis d, and the guess the axes n d",
    )
    assert judged(LOGISTIC, "1").why == "df/dw has the axis d, and the guess no axes"
    assert judged(SQUARES, "3 * R.T @ X").kind is Kind.AXES


def test_what_holds_at_one_size_alone_is_wrong() -> None:
    subject = ("det(X)", "X: n n", "X")
    assert not judged(subject, "(trace(X) * eye(n) - X).T")
    assert not judged(("mean(x)", "x: n", "x"), "ones(n) / 2")


def test_stable_forms_are_one_with_what_they_replace() -> None:
    assert judged(("c @ softplus(x)", "c: n, x: n", "c"), "log(1 + exp(x))").proved


def test_an_identity_of_functions_is_right_without_proof() -> None:
    verdict = judged(("sum(tanh(x))", "x: n", "x"), "4 / (exp(x) + exp(-x))**2")
    assert verdict.is_right
    assert not verdict.proved
    assert verdict.why == "it agrees at every point tried, but is not proved"


def test_a_kink_has_no_wrong_side() -> None:
    assert judged(("sum(relu(x))", "x: n", "x"), "where(x >= 0, 1, 0)").proved


def test_a_structured_variable_has_its_own_gradient() -> None:
    subject = ("trace(A @ S)", "S: d d symmetric, A: d d", "S")
    verdict = judged(subject, "A.T")
    assert verdict.kind is Kind.WRONG
    assert verdict.why == "S is symmetric, so its gradient is (G + G.T) / 2 of this G"
    assert judged(subject, "(A + A.T) / 2").proved
    diagonal = ("trace(A @ D)", "D: d d diagonal, A: d d", "D")
    assert judged(diagonal, "A.T").why == "D is diagonal, so its gradient is zero off the diagonal"
    assert judged(diagonal, "diag(diag(A))").proved


def test_a_guess_that_is_no_number_is_wrong() -> None:
    verdict = judged(("sum(x)", "x: n", "x"), "log(-exp(x))")
    assert (verdict.kind, verdict.counterexample) == (Kind.WRONG, None)
    assert verdict.why == "it is no number where the gradient is one"


def test_a_jacobian_is_judged_too() -> None:
    assert judged(("softmax(x)", "x: n", "x"), "p = softmax(x); diag(p) - outer(p, p)").proved


def test_mistakes_are_pointed_at() -> None:
    with pytest.raises(ExpressionError, match="q is no name here"):
        judged(LOGISTIC, "-X.T @ q")
    with pytest.raises(ArgumentError, match="one gradient"):
        judge_gradient(derivation("u @ v", "u: n, v: n", ("u", "v")), "v")


def test_data_and_the_method() -> None:
    verdict = eg.derive(*LOGISTIC).check_guess("X.T @ (y * s)")
    document = verdict.to_dict()
    assert document["verdict"] == "wrong"
    assert document["proved"] is False
    assert document["counterexample"] == {
        "sizes": {"n": 1, "d": 1},
        "arrays": {"X": [{"at": [0, 0], "is": 1.0}], "w": [], "y": [{"at": [0], "is": 1.0}]},
        "entry": [0],
        "expected": -0.5,
        "got": 0.5,
    }
