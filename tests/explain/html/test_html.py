"""Pages and cells of notebooks: what they say, and that they need nothing else."""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

import einsum_grad as eg
from einsum_grad.cli import main
from einsum_grad.emit import emit
from einsum_grad.explain import explain
from einsum_grad.explain.html.mathml import typeset
from einsum_grad.explain.html.style import PAGE, STYLE
from tests.strategies import Case, cases

Capture = pytest.CaptureFixture[str]

TOKENS = {"mi", "mn", "mo"}


def parsed(fragment: str) -> ET.Element:
    """The elements of a fragment; raises unless every tag is closed."""
    styles = r"(?s)<style>.*?</style>"
    return ET.fromstring(f"<root>{re.sub(styles, '', fragment)}</root>".replace(" open>", ">"))


def words(fragment: str) -> str:
    """The text that a reader sees, with single spaces."""
    return " ".join("".join(parsed(fragment).itertext()).split())


def letters(equation: str) -> str:
    """An equation without what stands between its letters."""
    told = equation.replace("Σ_", "∑").replace("...", "…").replace("'", "′")
    return re.sub(r"[][() ,·_]", "", told)


@given(cases(most_operands=3))
def test_equations_are_those_of_the_text(case: Case) -> None:
    explanation = explain(case.letters, case.given, shapes=case.shapes)
    formulas = [
        explanation.forward_formula(),
        *map(explanation.gradient_formula, explanation.gradients),
    ]
    document = explanation.to_dict()
    told = [entry["equation"] for entry in (document["forward"], *document["gradients"])]
    for formula, equation in zip(formulas, told, strict=True):
        root = parsed(typeset(formula))
        assert letters("".join(root.itertext())) == letters(equation)
        for node in root.iter():
            inside = (node.text or "").strip()
            assert not inside or node.tag in TOKENS, node.tag


@pytest.mark.parametrize(
    ("pattern", "options"),
    [
        ("bij,jk->ik", {}),
        ("ii,ij->j", {"sizes": {"i": 2, "j": 3}}),
        ("...i,i->...", {}),
        ("i,j,k,l->", {}),
        ("batch row_1, row_1 -> batch", {"notation": "named"}),
        ("ij,ij->ij", {"shapes": [(3, 4), (1, 4)]}),
        (",".join(["ab"] * 30), {}),
        ("->", {}),
    ],
)
def test_a_cell_says_what_the_text_says(pattern: str, options: dict[str, Any]) -> None:
    explanation = explain(pattern, **options)
    document, told = explanation.to_dict(), words(explanation._repr_html_())
    for entry in document["gradients"]:
        assert f"The gradient of {entry['name'][1:]}" in told
        assert all(reason["text"] in told for reason in entry["reasons"])
    for line in str(explanation).split("\n"):
        for row in ("reduced", "repeat", "diagonal", "sum back", "saved", "largest"):
            if line.startswith(f"    {row} "):
                assert re.sub(r"\s+", "", line) in told.replace(" ", "")
        if line.startswith("    cost "):
            assert "".join(line.split()[1:]) in told.replace(" ", "")
    derivation = words(explanation.derive()._repr_html_())
    for entry in explanation.derive().to_dict()["derivations"]:
        assert all(line["sentence"] in derivation for line in entry["lines"])
        assert all(line["sentence"] in told for line in entry["lines"])


def test_a_gradient_has_its_drawing() -> None:
    cell = explain("bij,jk->ik")._repr_html_()
    titles = re.findall("<title [^>]*>([^<]*)</title>", cell)
    assert list(map(html.unescape, titles)) == [
        "bij,jk->ik",
        "the gradient of bij,jk->ik by X: ik,jk->bij",
        "the gradient of bij,jk->ik by W: bij,ik->jk",
    ]
    ids = re.findall(' id="([^"]*)"', cell)
    assert len(ids) == len(set(ids)) == 6


def test_many_operands_are_one_tree_and_very_many_none() -> None:
    assert explain(",".join(["i"] * 30))._repr_html_().count("<svg ") == 1
    assert explain(",".join(["i"] * 300))._repr_html_().count("<svg ") == 0


def page(capsys: Capture, *arguments: str) -> str:
    assert main(["explain", *arguments, "--html"]) == 0
    return capsys.readouterr().out


def test_a_page_has_every_pattern_with_its_code(capsys: Capture) -> None:
    told = page(capsys, "bij,jk->ik", "ii->", "--target", "einops")
    assert told.startswith("<!DOCTYPE html>\n")
    assert told.endswith("</html>\n")
    assert told.count("<section>") == told.count("</section>") == 2
    codes = re.findall(r"(?s)<pre [^>]*><code>(.*?)</code></pre>", told)
    expected = [emit(pattern, "einops") for pattern in ("bij,jk->ik", "ii->")]
    assert [f"{html.unescape(code)}\n" for code in codes] == expected
    assert told.count("code for einops") == 2
    assert "<title>Einsums and their gradients (2)</title>" in told
    assert "<title>ii-&gt;</title>" in page(capsys, "ii->")
    assert told.count("<style>") == 1


def test_a_page_needs_nothing_else(capsys: Capture) -> None:
    told = page(capsys, "bij,jk->ik", "ii->")
    assert not re.search(r"<script|<link|<img|<iframe|@import|url\(| on\w+=|javascript:", told)
    assert 'charset="utf-8"' in told
    assert 'name="viewport"' in told
    assert '<html lang="en">' in told


def test_code_is_folded_unless_it_is_asked_for(capsys: Capture) -> None:
    folded = "<details><summary>code for numpy"
    assert folded in page(capsys, "ii->")
    assert folded.replace("details", "details open") in page(capsys, "ii->", "--code")


def test_a_derivation_is_a_page_too(capsys: Capture) -> None:
    told = page(capsys, "ii->", "--derive", "--wrt", "X")
    assert "<b>chain rule</b>: Z has one entry" in told
    assert "<details><summary>derivation" not in told


def test_a_page_is_written_to_a_file(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "page.html"
    assert main(["explain", "i->i", "αβ,β->α", "--html", "-o", str(path)]) == 0
    assert capsys.readouterr().out == ""
    assert path.read_text(encoding="utf-8") == page(capsys, "i->i", "αβ,β->α")


def test_refused_patterns_are_left_out(capsys: Capture) -> None:
    assert main(["explain", "ij->z", "i->i", "--html"]) == 1
    captured = capsys.readouterr()
    assert captured.out.count("<section>") == 1
    assert "the output has z" in captured.err


@pytest.mark.parametrize("label", ["<", "&", "\u202e", "\u0301"])
def test_hostile_labels_are_escaped(label: str) -> None:
    try:
        explanation = explain(f"{label}i,i->{label}")
    except eg.EinsumGradError:
        return
    cell = explanation._repr_html_()
    assert cell.replace("\n", "").isprintable()
    assert label.encode("unicode_escape").decode() in words(cell)


def test_every_result_has_a_cell() -> None:
    f = eg.compile("ij,jk->ik")
    monospace = '<pre style="font-family: ui-monospace'
    verdict = eg.check_guess("ij,jk->ik", 0, "ik,kj->ij")
    assert verdict._repr_html_().startswith(monospace)
    assert "ik,kj-&gt;ij is right but for an axis order" in verdict._repr_html_()
    assert f.certify()._repr_html_().startswith(monospace)
    assert "&lt;dX, v&gt;" in f.certify()._repr_html_()
    assert eg.draw("i->i")._repr_svg_().startswith("<svg ")


def test_a_derivative_is_typeset() -> None:
    hessian = eg.compile("i,ij,j->").hessian((0, 2), (0, 2))
    cell = hessian._repr_html_()
    assert "compressed" in words(cell)
    (first, *_) = re.findall("<math[^>]*><mfrac>.*?</mfrac>", cell)
    assert letters("".join(parsed(f"{first}</math>").itertext())) == "∂2Z∂Ai∂Aj"
    assert '<mo form="infix">+</mo>' in cell
    twice = eg.compile("i,i->").hessian((0, 1), (0, 1))._repr_html_()
    assert "<mn>2</mn>" in twice
    assert "<mn>0</mn>" in eg.compile("i->").hessian(0, 0)._repr_html_()


def test_styles_hold_within_our_elements_alone() -> None:
    rules = re.sub(r"@media[^{]*\{|:is\(\[data-[^)]*\) ", "", STYLE)
    selectors = [each.strip() for each in re.findall(r"(?m)^\s*([^{}@\s][^{}]*)\{", rules)]
    assert len(selectors) > 20
    for selector in selectors:
        assert all(part.strip().startswith(".eg") for part in selector.split(",")), selector


def test_paper_is_white_and_dark_only_on_screens() -> None:
    media = re.findall(r"@media ([^{]*prefers-color-scheme[^{]*)\{", STYLE + PAGE)
    assert len(media) == 3
    assert all(each.startswith("screen and") for each in media)


def test_colours_are_those_of_the_palette() -> None:
    """Whose contrast is tested with the drawings."""
    outside = re.sub(r"--[\w-]+: #\w+;", "", STYLE)
    assert re.findall(r"#[0-9a-f]{3,6}\b|rgb|opacity", outside) == []


def test_cells_keep_their_look_from_the_style_sheets_of_notebooks() -> None:
    strong = dict(re.findall(r"^(\.eg .*) \{(.*!important.*)\}$", STYLE, re.MULTILINE))
    assert "background: none" in strong[".eg tr, .eg tr:hover, .eg code"]
    assert "text-align: left" in strong[".eg th, .eg td"]


@pytest.mark.parametrize("theme", ['data-jp-theme-light="{}"', "vscode-{}", 'data-theme="{}"'])
def test_the_theme_of_a_notebook_goes_before_that_of_the_system(theme: str) -> None:
    names = ("true", "false") if "jp" in theme else ("light", "dark")
    for name, colour in zip(names, ("#fff", "#111"), strict=True):
        for selector in (".eg", ".eg-drawing"):
            chosen = rf"{re.escape(theme.format(name))}[^{{]*\) {re.escape(selector)} {{([^}}]*)}}"
            (rule,) = re.findall(chosen, STYLE)
            assert f"--paper: {colour};" in rule
