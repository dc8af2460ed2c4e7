"""`einsum-grad jacobian` and `einsum-grad hessian`."""

from __future__ import annotations

import json

import pytest

import einsum_grad as eg
from einsum_grad.cli import main

Capture = pytest.CaptureFixture[str]


def test_a_jacobian_is_its_equation_and_its_sizes(capsys: Capture) -> None:
    assert main(["jacobian", "ij,jk->ik", "--wrt", "0"]) == 0
    assert capsys.readouterr().out == (
        "dZ[i,k]/dX[a,j] = δ(i,a) · W[j,k]\n"
        "    pattern     jk->ikij\n"
        "    dense       i·k·i·j numbers\n"
        "    compressed  k·j numbers\n"
    )


def test_a_hessian_of_one_variable_in_two_places(capsys: Capture) -> None:
    sizes = ["--sizes", "i=200,j=30,k=5,l=5"]
    for wrt in ("0+2,0+2", "0+2"):
        assert main(["hessian", "ik,jk,il,jl->", "--wrt", wrt, *sizes]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert lines[-2:] == ["    dense       1000000 numbers", "    compressed  25 numbers"]


def test_latex_is_the_equation_alone(capsys: Capture) -> None:
    assert main(["hessian", "ij,jk->ik", "--wrt", "0,1", "--latex"]) == 0
    equation = eg.compile("ij,jk->ik").hessian(0, 1).latex().replace(" = ", " &= ")
    expected = f"\\begin{{align*}}\n{equation}\n\\end{{align*}}\n"
    assert capsys.readouterr().out == expected


def test_json_is_the_document(capsys: Capture) -> None:
    assert main(["jacobian", "i j, j -> i", "--notation", "named", "--wrt", "1", "--json"]) == 0
    f = eg.compile("i j, j -> i", notation="named")
    assert json.loads(capsys.readouterr().out) == f.jacobian(1).to_dict()


def test_code_is_the_module_that_applies_it(capsys: Capture) -> None:
    source = eg.compile("ij,jk->ik").jacobian(1).source
    assert main(["jacobian", "ij,jk->ik", "--wrt", "1", "--code"]) == 0
    assert capsys.readouterr().out.partition("\n\n")[2] == source
    assert main(["jacobian", "ij,jk->ik", "--wrt", "1", "--json", "--target", "numpy"]) == 0
    code = json.loads(capsys.readouterr().out)["code"]
    assert code == {"target": "numpy", "text": source.rstrip("\n")}


def test_several_patterns_have_headings(capsys: Capture) -> None:
    assert main(["jacobian", "i->", "i->i", "--wrt", "0"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("# i->\ndZ/dX[i] = 1\n")
    assert "\n\n# i->i\ndZ[i]/dX[a] = δ(i,a)\n" in out


@pytest.mark.parametrize(
    ("line", "code", "message"),
    [
        (["jacobian", "ij->", "--wrt", "0,0"], 2, "this derivative has 1"),
        (["hessian", "ij->", "--wrt", "0,0,0"], 2, "this derivative has 2"),
        (["jacobian", "ij->", "--wrt", "1"], 2, "wrt names operand 1"),
        (["jacobian", "ij->", "--wrt", "0+0"], 2, "names an operand twice"),
        (["jacobian", "ij->", "--wrt", "x"], 2, "wrt names 'x', but the operands are called X"),
        (["jacobian", "ij->", "--wrt", "1x"], 2, "a position must be a number"),
        (["jacobian", "ij->"], 2, "--wrt"),
        (["jacobian", "ij-", "--wrt", "0"], 1, "arrow"),
        (["jacobian", "ij->", "--wrt", "0", "--target", "c"], 2, "target is one of"),
        (["jacobian", "ij->", "--wrt", "0", "--target", "c", "--json"], 2, "target is one of"),
        (["jacobian", "ij->", "--wrt", "0", "--latex", "--json"], 2, "not allowed with"),
        (["jacobian", "ij->", "--wrt", "0", "--optimize", "greedy"], 2, "unrecognized"),
        (["jacobian", "i,ij->", "--wrt", "0+1"], 2, "have the axes i and i j"),
        (["jacobian", "i,ij->", "--wrt", "0+1", "--json"], 2, "have the axes i and i j"),
        (["jacobian", "...i,i->...", "--wrt", "0+1"], 2, "with an ellipsis, give the shapes"),
        (["hessian", "i,i->", "--wrt", "0+1", "--shapes", "3,1"], 2, "the sizes 3 and 1 differ"),
        (["hessian", "i,j->", "--wrt", "0+1", "--sizes", "i=3,j=4"], 2, "sizes 3 and 4 differ"),
        (["hessian", "...i,...i->...", "--wrt", "0,1", "--code"], 2, "--shapes in a shell"),
    ],
)
def test_mistakes_are_explained(line: list[str], code: int, message: str, capsys: Capture) -> None:
    assert main(line) == code
    assert message in capsys.readouterr().err


def test_a_terminal_without_greek_gets_words(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("einsum_grad.cli.commands.derivative.shows_symbols", lambda: False)
    assert main(["hessian", "ik,jk,il,jl->", "--wrt", "0,2"]) == 0
    assert capsys.readouterr().out.startswith(
        "d2Z/dA[i,k]dC[a,l] = delta(i,a) * sum_j  B[j,k] * D[j,l]\n"
    )
