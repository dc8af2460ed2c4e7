"""`einsum-grad check --guess`: verdicts, exit codes, and incompatible options."""

from __future__ import annotations

import json

import pytest

from einsum_grad.cli import main

Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("guess", "code", "told"),
    [
        ("ik,jk->ij", 0, "dX: ik,jk->ij is right\n"),
        ("ik,jk->ji", 1, "dX: ik,jk->ji is right but for an axis order: dX has the"),
        ("ik,jk->iz", 1, "dX: ik,jk->iz is invalid: neither an operand nor the pattern has z"),
        ("ik,jl->ij", 1, "dX: ik,jl->ij is wrong: k is one label, but the guess has k and l"),
    ],
)
def test_a_verdict_has_its_exit_code(guess: str, code: int, told: str, capsys: Capture) -> None:
    assert main(["check", "ij,jk->ik", "--wrt", "0", "--guess", guess]) == code
    assert capsys.readouterr().out.startswith(told)


def test_json_is_the_verdict_as_data(capsys: Capture) -> None:
    assert main(["check", "ij,jk->ik", "--wrt", "1", "--guess", "ij,ik->kj", "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert (document["verdict"], document["operand"]) == ("right but for an axis order", 1)
    assert document["counterexample"]["expected"] in (0, 1)


def test_a_guess_may_begin_with_its_arrow(capsys: Capture) -> None:
    assert main(["check", "ii->", "--guess", "->ii"]) == 0
    meaning = "dZ is ∂L/∂Z, the derivative of a loss L"
    assert capsys.readouterr().out == f"dX: ->ii is right\n{meaning}\n"


def test_a_size_that_the_pattern_needs_is_taken() -> None:
    assert main(["check", "i->ib", "--sizes", "b=3", "--guess", "ib->i"]) == 0


def test_a_text_that_is_no_pattern_is_pointed_at(capsys: Capture) -> None:
    assert main(["check", "i->", "--guess", "i.j"]) == 1
    assert capsys.readouterr().err.splitlines()[1:] == ["    i.j", "     ^"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ij,jk->ik", "--guess", "ik,jk->ij"], "name its operand with --wrt"),
        (["ij,jk->ik", "--wrt", "0,1", "--guess", "ik"], "name its operand with --wrt"),
        (["ij,jk->ik", "--wrt", "2", "--guess", "ik"], "wrt names operand 2"),
        (["i->", "i->", "--guess", "->i"], "a guess is for one pattern"),
        (["i->", "--shapes", "3", "--guess", "->i"], "--shapes does not go with --guess"),
        (["i->", "--target", "numpy", "--guess", "->i"], "--target does not go with --guess"),
        (["i->", "--trials", "2", "--guess", "->i"], "--trials does not go with --guess"),
        (["i->", "--seed", "0", "--guess", "->i"], "--seed does not go with --guess"),
        (["i->", "--optimize", "auto", "--guess", "->i"], "--optimize does not go with --guess"),
        (["i->", "--json"], "--json prints the verdict on a --guess"),
    ],
)
def test_incompatible_options_are_wrong_use(
    arguments: list[str], message: str, capsys: Capture
) -> None:
    assert main(["check", *arguments]) == 2
    assert message in capsys.readouterr().err


LOGISTIC = ["sum(log(1 + exp(-y * (X @ w))))", "--given", "X: n d, w: d, y: n", "--wrt", "w"]


@pytest.mark.parametrize(
    ("guess", "code", "told"),
    [
        ("-X.T @ (y * s)", 0, "df/dw: -X.T @ (y * s) is right\n    z = X @ w; s = sigmoid("),
        ("-y", 1, "df/dw: -y is wrong in its axes: df/dw has the axis d, and the guess the axis n"),
        ("X.T @ (y * s)", 1, "df/dw: X.T @ (y * s) is wrong\n    with n = 1, d = 1, and zeros"),
    ],
)
def test_the_gradient_of_an_expression_is_judged(
    guess: str, code: int, told: str, capsys: Capture
) -> None:
    assert main(["check", *LOGISTIC, "--guess", guess]) == code
    assert capsys.readouterr().out.startswith(told)
    assert main(["check", *LOGISTIC, "--guess", guess, "--json"]) == code
    assert json.loads(capsys.readouterr().out)["guess"] == guess


def test_a_mistake_in_a_guess_is_pointed_at(capsys: Capture) -> None:
    assert main(["check", *LOGISTIC, "--guess", "X.T @ q"]) == 1
    assert capsys.readouterr().err.splitlines()[1:] == ["    X.T @ q", "          ^"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([*LOGISTIC], "an expression is checked against a --guess"),
        ([*LOGISTIC[:3], "--guess", "X"], "name its array with --wrt"),
        ([*LOGISTIC, "--guess", "w", "--sizes", "n=2"], "--sizes does not go with --given"),
        ([*LOGISTIC, "--guess", "w", "--trials", "2"], "--trials does not go with --given"),
        ([*LOGISTIC[:4], "X,w", "--guess", "w"], "a guess is for one gradient"),
        (["x @ x", *LOGISTIC, "--guess", "w"], "a guess is for one expression"),
        ([*LOGISTIC, "--guess"], "--guess: expected one argument"),
        ([*LOGISTIC, "--guess", "--json"], "--guess: expected one argument"),
    ],
)
def test_options_that_do_not_go_with_an_expression(
    arguments: list[str], message: str, capsys: Capture
) -> None:
    assert main(["check", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_a_guess_is_judged_by_the_names_of_its_arrays(capsys: pytest.CaptureFixture[str]) -> None:
    command = ["check", "qd,kd->qk", "--names", "Q,K->S", "--wrt", "K", "--guess", "qk,qd->dk"]
    assert main(command) == 1
    first, *_, last = capsys.readouterr().out.splitlines()
    assert first.endswith("dK has the axes k d, but the guess writes d k")
    assert last == "dS is ∂L/∂S, the derivative of a loss L"


def test_an_expression_and_its_guess_may_begin_with_minus(capsys: Capture) -> None:
    given = ["--given", "x: n", "--wrt", "x"]
    assert main(["check", "-x@x", *given, "--guess", "-2*x"]) == 0
    assert capsys.readouterr().out == "df/dx: -2*x is right\n"
    assert main(["check", "--sum(x)", *given, "--guess", "ones(n)"]) == 0
