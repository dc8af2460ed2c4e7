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
