"""LaTeX that compiles as it is pasted."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from opt_einsum import get_symbol  # type: ignore[import-untyped]

import einsum_grad as eg
from einsum_grad.cli import main
from einsum_grad.explain.latex.letters import in_math, in_text

Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("label", "written"),
    [
        ("i", "i"),
        ("i''", "i''"),
        ("α", r"\alpha"),
        ("ε'", r"\varepsilon'"),
        ("ω", r"\omega"),
        ("Γ", r"\Gamma"),
        ("Α", r"\mathrm{A}"),  # Greek
        ("Ω", r"\Omega"),
        ("ο", "o"),  # Greek
        ("é", r"\acute{e}"),
        ("ά", r"\acute{\alpha}"),
        ("ß", r"\text{\ss}"),
        ("×", r"\times"),
        ("時", r"\mathtt{u6642}"),
        ("\u202e", r"\mathtt{u202e}"),
        ("...", r"\ldots"),
        ("row_1", r"\mathrm{row\_1}"),
        ("größe", r"\mathrm{gr\ddot{o}\text{\ss}e}"),
    ],
)
def test_labels_are_ascii_macros(label: str, written: str) -> None:
    assert in_math(label) == written
    assert written.isascii()


def test_patterns_are_ascii_too() -> None:
    assert in_text("αi_1,時…->é") == (
        r"\texttt{$\alpha$i\_1,{\textbackslash}u6642\ldots{}->$\acute{e}$}"
    )


def test_several_patterns_are_one_complete_align(capsys: Capture) -> None:
    assert main(["explain", "i->i", "ij->ji", "--latex"]) == 0
    assert capsys.readouterr().out == (
        "\\begin{align*}\n"
        "Z_{i} &= X_{i} \\\\\n"
        "\\mathrm{d}Z_{i} &= \\frac{\\partial L}{\\partial Z_{i}} \\\\\n"
        "\\mathrm{d}X_{i} &= \\mathrm{d}Z_{i} \\\\[2ex]\n"
        "Z_{j i} &= X_{i j} \\\\\n"
        "\\mathrm{d}Z_{j i} &= \\frac{\\partial L}{\\partial Z_{j i}} \\\\\n"
        "\\mathrm{d}X_{i j} &= \\mathrm{d}Z_{j i}\n"
        "\\end{align*}\n"
    )


def test_refused_patterns_leave_the_others_complete(capsys: Capture) -> None:
    assert main(["explain", "ij->z", "i->i", "--latex"]) == 1
    captured = capsys.readouterr()
    assert captured.out == f"{eg.explain('i->i').latex()}\n"
    assert "the output has z" in captured.err
    assert main(["explain", "ij->z", "--latex"]) == 1
    assert capsys.readouterr().out == ""


CHAIN = ",".join("".join(get_symbol(n + place) for place in (0, 1)) for n in range(40))


def test_nothing_is_left_out_unless_asked() -> None:
    for found in (eg.explain(CHAIN), eg.explain(CHAIN, wrt=20).derive()):
        assert "cdots" not in found.latex()
        assert all(f"X^{{({number})}}" in found.latex() for number in range(40))
        assert "cdots" in found.latex(short=True)


def test_long_products_are_broken() -> None:
    rows = eg.explain(CHAIN, wrt=20).latex().split(" \\\\\n")
    assert all(row.count("X^{") <= 13 for row in rows)
    assert sum(row.startswith(r"&\quad ") for row in rows) >= 6


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["explain", "i->i", "--latex", "--code"], "code is no LaTeX"),
        (["explain", "i->i", "--document"], "--document goes with --latex"),
        (["explain", "i->i", "--short", "--json"], "--short goes with --latex"),
        (["explain", "i->i", "-o", "x"], "-o writes the file of --html or --latex"),
        (["jacobian", "i->i", "--wrt", "0", "--latex", "--target", "numpy"], "code is no LaTeX"),
    ],
)
def test_options_without_effect_are_refused(
    arguments: list[str], message: str, capsys: Capture
) -> None:
    assert main(arguments) == 2
    assert message in capsys.readouterr().err


SYMBOLS = [get_symbol(number) for number in range(400)]
DIFFICULT = [
    f"{''.join(SYMBOLS[:40])},{''.join(SYMBOLS[40:80])}->",
    *(f"{''.join(SYMBOLS[at : at + 10])}->" for at in range(80, 400, 10)),
    "αβγδεζηθικλμνξοπρςστυφχψω,ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ->",
    "時間,間->時",
    "\u202ei,i\u3000->\u202e",
    "éüñ,åčŭ->ñ",
    "ii,...ij->...j",
    "->",
]


@pytest.mark.parametrize("form", [[], ["--derive"]], ids=["equations", "derivation"])
def test_pdflatex_takes_the_document(form: list[str], tmp_path: Path) -> None:
    pdflatex = shutil.which("pdflatex")
    if pdflatex is None:
        pytest.skip("needs pdflatex")
    letters, named = tmp_path / "letters.tex", tmp_path / "named.tex"
    chosen = [DIFFICULT[0], *DIFFICULT[-8:]] if form else DIFFICULT
    options = ["--latex", "--document", *form]
    assert main(["explain", *chosen, CHAIN, *options, "-o", str(letters)]) == 0
    names = ["--notation", "named", "--names", "Größe,W_1->θ"]
    line = ["explain", "row_1 größe, größe β -> row_1 β", *names]
    assert main([*line, *options, "-o", str(named)]) == 0
    derivative = tmp_path / "hessian.tex"
    line = ["hessian", "ik,jk,il,jl->", "αk,jk,αl,jl->", "--wrt", "0+2", "--latex", "--document"]
    assert main([*line, "-o", str(derivative)]) == 0
    expression = tmp_path / "expression.tex"
    difficult = "logdet(β_1 + eye(n)) + mean(x**ä) + sum(where(x < 0, 0, β_1 @ x))"
    found = eg.derive(difficult, "β_1: n n, x: n, ä:", "x")
    expression.write_text(found.latex(document=True), encoding="utf-8")
    for path in (letters, named, derivative, expression):
        ended = subprocess.run(
            [pdflatex, "-interaction=nonstopmode", "-halt-on-error", path.name],
            cwd=tmp_path,
            capture_output=True,
            encoding="latin-1",
            check=False,
            timeout=120,
        )
        assert ended.returncode == 0, re.sub(r"(?s).*?(?=^!)", "", ended.stdout, count=1)
        assert path.with_suffix(".pdf").stat().st_size > 1000
