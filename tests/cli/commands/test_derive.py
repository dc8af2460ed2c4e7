"""`einsum-grad derive`."""

from __future__ import annotations

import json

import pytest

import einsum_grad as eg
from einsum_grad.cli import main

Capture = pytest.CaptureFixture[str]

LOGISTIC = ["sum(log(1 + exp(-y * (X @ w))))", "--given", "X: n d, w: d, y: n", "--wrt", "w"]


def test_the_formulas_of_a_logistic_loss(capsys: Capture) -> None:
    assert main(["derive", *LOGISTIC]) == 0
    assert capsys.readouterr().out == (
        "f          = Σ_n softplus(-y[n] · z[n])    z[n] = Σ_d X[n,d] · w[d]\n"
        "df/dw[d]   = -Σ_n X[n,d] · y[n] · s[n]     s[n] = sigmoid(-y[n] · z[n])\n"
        "           = -X.T @ (y * s)\n"
        "d²f/dw[d]dw[a] = Σ_n X[n,d] · X[n,a] · y[n]² · s[n] · t[n]"
        "    t[n] = sigmoid(y[n] · z[n])\n"
        "           = X.T @ ((y**2 * s * t)[:, None] * X)\n"
        "    dense  d·d numbers    compressed  d·d numbers\n"
    )


def test_an_expression_may_begin_with_minus(capsys: Capture) -> None:
    assert main(["derive", "-x@x", "--given", "x: n", "--wrt", "x", "--order", "1"]) == 0
    assert "= -2 * x" in capsys.readouterr().out


def test_the_first_order_alone(capsys: Capture) -> None:
    assert main(["derive", *LOGISTIC, "--order", "1"]) == 0
    assert "d²f" not in capsys.readouterr().out


def test_sizes_count_numbers(capsys: Capture) -> None:
    factors = ["sum((T - U @ V.T)**2)", "--given", "T: m n, U: m k, V: n k", "--wrt", "U"]
    assert main(["derive", *factors, "--sizes", "m=200,k=5"]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "    dense  1,000,000 numbers    compressed  25 numbers"


def test_latex_json_steps_and_code(capsys: Capture) -> None:
    found = eg.derive(LOGISTIC[0], LOGISTIC[2], "w")
    assert main(["derive", *LOGISTIC, "--latex"]) == 0
    assert capsys.readouterr().out == f"{found.latex()}\n"
    assert main(["derive", *LOGISTIC, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == found.to_dict()
    assert main(["derive", *LOGISTIC, "--code"]) == 0
    comments = "".join(f"# {line}\n" for line in str(found).splitlines())
    assert capsys.readouterr().out == f"{comments}\n{found.source}"
    assert main(["derive", *LOGISTIC, "--target", "torch", "--order", "1"]) == 0
    assert capsys.readouterr().out.endswith(found.emit("torch"))
    assert main(["derive", *LOGISTIC, "--target", "einops"]) == 2
    assert "the target of an expression is one of numpy" in capsys.readouterr().err
    assert main(["derive", *LOGISTIC, "--json", "--code"]) == 0
    assert json.loads(capsys.readouterr().out)["code"] == found.source.rstrip("\n")
    assert main(["derive", *LOGISTIC, "--steps"]) == 0
    lines = capsys.readouterr().out.splitlines()
    heads = [line for line in lines if not line.startswith(" ")]
    assert heads == [
        "elaborate",
        "stable forms",
        "cotangents, in reverse",
        "gradient by w",
        "Jacobians by w",
        "Hessian by w and w: the sum of J.T · (cotangent · D²) · J",
    ]


def test_a_mistake_is_pointed_at(capsys: Capture) -> None:
    assert main(["derive", "sum(x + y)", "--given", "x: n, y: m", "--wrt", "x"]) == 1
    assert capsys.readouterr().err == (
        "einsum-grad: the axes n and m meet here, which have different names\n"
        "    sum(x + y)\n"
        "          ^\n"
    )
    assert main(["derive", "sum(x)", "--given", "x: n", "--wrt", "y"]) == 2
    assert "wrt names arrays, x, and not 'y'" in capsys.readouterr().err
    assert main(["derive", "sum(x)", "--given", "x: n", "--wrt", "x", "--sizes", "q=3"]) == 2
    assert "sizes are those of axes, n, and not of 'q'" in capsys.readouterr().err


def test_a_document_is_that_of_latex(capsys: Capture) -> None:
    assert main(["derive", *LOGISTIC, "--latex", "--document"]) == 0
    assert capsys.readouterr().out.startswith("\\documentclass")
    assert main(["derive", *LOGISTIC, "--document"]) == 2
    assert main(["derive", *LOGISTIC, "--latex", "--document", "--code"]) == 2


@pytest.mark.parametrize("columns", [40, 80, 140])
def test_definitions_stand_beside_formulas_where_there_is_room(
    columns: int, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("einsum_grad.cli.commands.derive.width", lambda: columns)
    assert main(["derive", *LOGISTIC]) == 0
    beside = [line for line in capsys.readouterr().out.splitlines() if line.count(" = ") > 1]
    assert all(len(line) <= columns for line in beside)
    assert bool(beside) is (columns > 60)
