"""Derivations as text, as a document and in LaTeX show what was derived."""

from __future__ import annotations

import dataclasses
import json
import re
from typing import Any

import pytest
from hypothesis import given

from einsum_grad.explain import Derivation, explain
from einsum_grad.explain.latex.rows import ROW_END
from einsum_grad.explain.rules import sentence
from einsum_grad.explain.spelling import ASCII, UNICODE, equation
from einsum_grad.explain.text.derivation import text
from einsum_grad.explain.text.layout import WIDTH, columns
from einsum_grad.explain.text.styles import coloured, plain
from einsum_grad.plan import Factor, Formula, Rule, derivation_of, request
from tests.strategies import Case, cases


def derived(pattern: str, **options: Any) -> Derivation:
    return explain(pattern, **options).derive()


def of(case: Case) -> Derivation:
    return derived(case.letters, sizes=case.given, shapes=case.shapes)


def read(told: str) -> Formula:
    """An equation read back from its text."""
    left, right = told.split(" = ")
    deltas = tuple(tuple(found.split(",")) for found in re.findall(r"δ\(([^)]*)\)", right))
    sums = tuple(re.findall(r"Σ_(\S+)", right))
    rest = re.sub(r"δ\([^)]*\)|Σ_\S+ +", "", right)
    factors = [part.strip() for part in rest.split("·") if part.strip() not in ("", "1")]
    return Formula(read_factor(left), deltas, sums, tuple(map(read_factor, factors)))


def read_factor(told: str) -> Factor:
    if told.startswith("∂"):
        of, by = told.removeprefix("∂").split("/∂")
        return dataclasses.replace(read_factor(of), by=(read_factor(by),))
    name, _, indices = told.partition("[")
    return Factor(name, tuple(indices.rstrip("]").split(",")) if indices else ())


def rebuilt(entry: dict[str, Any]) -> Factor:
    return Factor(entry["name"], tuple(entry["indices"]), tuple(map(rebuilt, entry["by"])))


@given(cases(most_operands=4))
def test_document_agrees_with_the_derivation(case: Case) -> None:
    document = of(case).to_dict()
    assert json.loads(json.dumps(document)) == document
    pattern = request(case.letters, sizes=case.given, shapes=case.shapes).pattern
    for entry in document["derivations"]:
        lines = derivation_of(pattern, entry["operand"])
        assert [told["rule"] for told in entry["lines"]] == [line.rule for line in lines]
        for told, line in zip(entry["lines"], lines, strict=True):
            structure, formula = told["expression"], dataclasses.replace(line.formula, place=0)
            assert formula == Formula(
                rebuilt(structure["left"]),
                tuple(map(tuple, structure["deltas"])),
                tuple(structure["bound"]),
                tuple(map(rebuilt, structure["factors"])),
            )
            assert tuple(structure["free"]) == formula.left.labels()
            if line.rule is not Rule.PATTERN:
                assert read(told["text"]) == formula


@given(cases(most_operands=4))
def test_last_line_is_the_pattern_of_the_explanation(case: Case) -> None:
    explanation = explain(case.letters, case.given, shapes=case.shapes)
    gradients = explanation.to_dict()["gradients"]
    for entry, gradient in zip(
        explanation.derive().to_dict()["derivations"], gradients, strict=True
    ):
        last = entry["lines"][-1]
        assert last["text"] == gradient["pattern"] == entry["pattern"]
        assert entry["lines"][-2]["text"] == gradient["equation"]
        assert entry["reasons"] == gradient["reasons"]
        assert entry["name"] == gradient["name"]


def test_document_of_a_derivation() -> None:
    document = derived("i,i->", wrt=0).to_dict()
    assert document["schema"] == 1
    assert document["pattern"] == "i,i->"
    assert document["operands"][1] == {"name": "W", "labels": ["i"], "shape": None}
    assert document["left_out"] == 0
    (entry,) = document["derivations"]
    assert entry["lines"][1] == {
        "rule": "product rule",
        "sentence": "X[i'] is any entry of X, and no other factor depends on it",
        "text": "∂Z/∂X[i'] = Σ_i  ∂X[i]/∂X[i'] · W[i]",
        "latex": r"\frac{\partial Z}{\partial X_{i'}} = "
        r"\sum_{i}  \frac{\partial X_{i}}{\partial X_{i'}}\, W_{i}",
        "expression": {
            "left": {
                "name": "Z",
                "indices": [],
                "by": [{"name": "X", "indices": ["i'"], "by": []}],
            },
            "free": ["i'"],
            "bound": ["i"],
            "deltas": [],
            "factors": [
                {
                    "name": "X",
                    "indices": ["i"],
                    "by": [{"name": "X", "indices": ["i'"], "by": []}],
                },
                {"name": "W", "indices": ["i"], "by": []},
            ],
        },
    }


@given(cases(most_operands=3))
def test_text_has_every_line_of_the_document(case: Case) -> None:
    derivation = of(case)
    squeezed = re.sub(r"\s+", " ", str(derivation))
    for entry in derivation.to_dict()["derivations"]:
        for line in entry["lines"]:
            right = line["text"].split(" = ", 1)[-1]
            assert re.sub(r"\s+", " ", right) in squeezed
            assert f"{line['rule']}: {line['sentence']}" in squeezed


@given(cases())
def test_lines_are_narrow_and_have_no_trailing_spaces(case: Case) -> None:
    for line in str(of(case)).split("\n"):
        assert columns(line) <= WIDTH or "/∂" in line  # a derivative is not broken
        assert line == line.rstrip()


@given(cases(most_operands=3))
def test_colours_change_no_letter(case: Case) -> None:
    derivation = of(case)
    explained = derivation.explanation
    shown = text(explained, coloured)
    assert "\x1b[1m" in shown
    assert re.sub("\x1b\\[[0-9]*m", "", shown) == text(explained, plain) == str(derivation)


def test_equals_signs_are_in_one_column() -> None:
    told = str(derived("bij,jk->ik"))
    equations = [line for line in told.split("\n") if not line.startswith("    ") and "=" in line]
    more = [line for line in told.split("\n") if line.strip().startswith("= ")]
    assert len(more) == 4
    assert len({line.index(" = ") for line in (*equations, *more)}) == 1


def test_a_wide_left_side_has_its_own_line() -> None:
    lines = str(derived("abcdef->abf")).split("\n")
    at = lines.index("∂Z[a,b,f]/∂X[a',b',c',d',e',f']")
    assert lines[at + 1].strip().startswith("= ")


def test_element_is_shown_once() -> None:
    assert str(derived("i,i,i->i")).count("element:") == 1


def test_left_out_gradients_are_counted() -> None:
    derivation = derived(",".join(["i"] * 30) + "->i")
    assert str(derivation).endswith("the gradients of 27 more operands are left out; wrt selects")
    assert derivation.to_dict()["left_out"] == 27


def test_no_gradients_leave_the_element() -> None:
    assert str(derived("i->i", wrt=())).startswith("Z[i] = X[i]\n    element: ")


def test_ascii_text_is_ascii() -> None:
    told = text(derived("ii,ij->j").explanation, plain, ASCII)
    assert told.isascii()
    assert "partial Z[j]/partial X[i',i'']" in told


def test_named_labels_are_kept() -> None:
    told = derived("a b, b c -> a c", notation="named", wrt=0).to_dict()["derivations"][0]
    assert told["lines"][-1]["text"] == "a c, b c -> a b"


SENTENCES = [
    ("ij->", Rule.ELEMENT, "an entry of Z is an entry of X, summed over i and j"),
    ("i,j->ij", Rule.ELEMENT, "an entry of Z is a product of entries"),
    ("i->ii", Rule.ELEMENT, "an entry of Z is an entry of X; it is 0 unless i=i'"),
    ("i->ib", Rule.ELEMENT, "an entry of Z is an entry of X, the same for every b"),
    (
        "...i->...",
        Rule.ELEMENT,
        "an entry of Z is an entry of X, summed over i; ... is one index here",
    ),
    ("i->i", Rule.PRODUCT, "X[i'] is any entry of X"),
    ("i->", Rule.PRODUCT, "X[i'] is any entry of X; a sum is differentiated term by term"),
    (",i->", Rule.PRODUCT, "X has one entry, and no other factor depends on it"),
    (",i->", Rule.DELTAS, "an entry changes with itself: its derivative is 1"),
    ("i->", Rule.CHAIN, "Z has one entry: dZ times the derivative above"),
    (
        "i->i",
        Rule.CHAIN,
        "every entry of Z counts: dZ[i] times the derivative above, summed over i",
    ),
    ("i->i", Rule.CONTRACTION, "the delta leaves one term of the sum over i: i=i'"),
    (
        "ij->k",
        Rule.CONTRACTION,
        "the deltas leave one term of the sums over i and j: i=i' and j=j'",
    ),
    (
        "ii->",
        Rule.CONTRACTION,
        "the deltas leave one term of the sum over i: i=i'; it is 0 unless i'=i''",
    ),
    ("i->i", Rule.RENAMING, "i is free again: it replaces i'"),
    ("ij->", Rule.RENAMING, "i and j are free again: they replace i' and j'"),
    ("i->i", Rule.PATTERN, "the labels alone, dZ in the place of X"),
]


@pytest.mark.parametrize(("pattern", "rule", "said"), SENTENCES)
def test_a_sentence_describes_the_rule(pattern: str, rule: Rule, said: str) -> None:
    sizes = {label: 2 for label in "bk" if label in pattern}
    lines = derivation_of(request(pattern, sizes=sizes).pattern, 0)
    assert [sentence(line, UNICODE) for line in lines if line.rule is rule] == [said]


def test_an_axis_of_size_1_has_the_index_0() -> None:
    (element, *_) = derivation_of(request("i,i->i", shapes=[(3,), (1,)]).pattern, 0)
    told = "an entry of Z is a product of entries; 0 is the only index of an axis of size 1"
    assert sentence(element, UNICODE) == told


def test_a_number_has_no_delta_to_contract() -> None:
    lines = derivation_of(request("b,a,->ab").pattern, 2)
    assert Rule.CONTRACTION not in [line.rule for line in lines]
    assert equation(lines[-2].formula, UNICODE) == "dC = Σ_b Σ_a  A[b] · B[a] · dZ[a,b]"


def test_an_empty_product_is_1() -> None:
    derivative = derivation_of(request("->").pattern, 0)[2]
    assert derivative.rule is Rule.DELTAS
    assert equation(derivative.formula, UNICODE) == "∂Z/∂X = 1"


PATTERNS = [
    "bij,jk->ik",
    "ii,ij->j",
    "i->ii",
    "...i,...i->...",
    "αβ,βγ->αγ",
    "->",
    "a,b,c,d,e,f,g,h,i,j,k,l,m->",
]


def rows(derivation: Derivation) -> list[str]:
    """The rows without the one that says what the cotangent is."""
    first, meaning, *others = derivation.latex_rows(short=True)
    assert r"&= \frac{\partial " in meaning
    return [first, *others]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_latex_has_a_row_for_each_line(pattern: str) -> None:
    derivation = derived(pattern, wrt=0)
    (entry,) = derivation.to_dict()["derivations"]
    told = rows(derivation)
    assert len(told) == len(entry["lines"])
    for row, line in zip(told, entry["lines"], strict=True):
        formula, name = row.split(ROW_END)[0].split(" && ")  # a long one is broken
        assert name == rf"\text{{{line['rule']}}}"
        assert formula.count("&") == 1


@pytest.mark.parametrize("pattern", PATTERNS)
def test_latex_is_mathematics(pattern: str) -> None:
    """matplotlib reads it, which has no \\texttt and no alignment."""
    mathtext = pytest.importorskip("matplotlib.mathtext")
    parser = mathtext.MathTextParser("path")
    for row in rows(derived(pattern, wrt=0)):
        formula = (
            row.replace(ROW_END, " ")
            .replace("&", " ")
            .replace("$", "")
            .replace(r"\texttt", r"\mathrm")
        )
        parser.parse(f"${formula}$")
    with pytest.raises(ValueError, match="Expected"):
        parser.parse(r"$\frac{a}$")


def test_notebooks_show_the_rows_aligned() -> None:
    derivation = derived("i,i->")
    told = derivation.latex().replace("align*", "aligned")
    assert derivation._repr_latex_() == f"$${told}$$"


def test_underscores_of_names_are_escaped_in_latex() -> None:
    told = derived("a_b -> a_b", notation="named").latex()
    assert re.sub(r"\\_|_\{", "", told).count("_") == 0
