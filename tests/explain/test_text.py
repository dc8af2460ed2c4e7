"""The explanation as text: columns, colours, HTML, LaTeX."""

from __future__ import annotations

import re

from hypothesis import given

from einsum_grad.explain import explain
from einsum_grad.explain.spelling import ASCII
from einsum_grad.explain.text.explanation import text
from einsum_grad.explain.text.layout import WIDTH, columns
from einsum_grad.explain.text.styles import coloured, plain
from tests.strategies import Case, cases


def positions(told: str, words: str) -> set[int]:
    """The columns in which `words` begins, over all lines."""
    return {columns(line[: line.index(words)]) for line in told.split("\n") if words in line}


def test_remarks_are_in_one_column() -> None:
    assert len(positions(str(explain("bij,jk->ik")), "put dZ")) == 1


def test_wide_letters_take_two_columns() -> None:
    told = str(explain("軸i,i->軸"))
    assert len(positions(told, "put dZ")) == 1
    assert len({len(line[: line.index("put")]) for line in told.split("\n") if "put" in line}) == 2


def test_remarks_go_below_if_there_is_no_room() -> None:
    long = "batch_of_images rows columns, rows columns channels -> batch_of_images channels"
    told = str(explain(long, notation="named"))
    assert positions(told, "put dZ") == {4}


@given(cases(most_operands=3))
def test_remarks_never_make_a_line_too_wide(case: Case) -> None:
    for line in str(explain(case.letters, case.given)).split("\n"):
        if "put dZ" in line and not line.startswith("    put dZ"):
            assert columns(line) <= WIDTH


@given(cases())
def test_lines_have_no_trailing_spaces(case: Case) -> None:
    told = str(explain(case.letters, case.given, shapes=case.shapes))
    assert all(line == line.rstrip() for line in told.split("\n"))
    assert told == told.strip("\n")


@given(cases())
def test_colours_change_no_letter(case: Case) -> None:
    explanation = explain(case.letters, case.given, shapes=case.shapes)
    shown = text(explanation, coloured)
    assert "\x1b[1m" in shown
    assert re.sub("\x1b\\[[0-9]*m", "", shown) == text(explanation, plain) == str(explanation)


def test_a_repl_shows_the_text() -> None:
    for found in (explain("ii,ij->j"), explain("ii,ij->j").derive()):
        assert repr(found) == str(found)


def test_ascii_text_is_ascii() -> None:
    assert text(explain("ii,ij->j"), plain, ASCII).isascii()


def test_latex_has_a_row_for_each_equation() -> None:
    assert explain("ii,ij->j")._repr_latex_() == (
        "$$\\begin{aligned}\n"
        "Z_{j} &= \\sum_{i}  X_{i i}\\, W_{i j} \\\\\n"
        "\\mathrm{d}Z_{j} &= \\frac{\\partial L}{\\partial Z_{j}} \\\\\n"
        "\\mathrm{d}X_{i i'} &= \\delta_{i i'}\\, \\sum_{j}  \\mathrm{d}Z_{j}\\, W_{i j} \\\\\n"
        "\\mathrm{d}W_{i j} &= X_{i i}\\, \\mathrm{d}Z_{j}\n"
        "\\end{aligned}$$"
    )


def test_invisible_labels_are_escaped() -> None:
    explanation = explain("\u202ei,i\u3000->\u202e\u3000\u0301", {"\u0301": 2})
    for told in (
        str(explanation),
        text(explanation, coloured).replace("\x1b", ""),
        explanation.latex(),
        explanation._repr_html_(),
        str(explanation.derive()),
        explanation.derive().latex(),
    ):
        assert told.replace("\n", "").isprintable()
        assert "u202e" in told
        assert "u3000" in told
        assert "\u0301" not in told
    assert "Z[\\u202e,\\u3000,\\u0301] = Σ_i  X[\\u202e,i] · W[i,\\u3000]" in str(explanation)
    assert explanation.to_dict()["operands"][0]["labels"] == ["\u202e", "i"]


def test_a_summed_ellipsis_is_repeated_in_every_gradient() -> None:
    told = str(explain("...ij,jk->ik"))
    assert "Z[i,k] = Σ_... Σ_j  X[...,i,j] · W[j,k]" in told
    assert "no operand on the left has ...: every ... gets the same gradient" in told
    assert "flops, with ...ij->ij from the forward" in told
    entry = explain("...ij,jk->ik").to_dict()["gradients"][0]
    assert (entry["repeat_axes"], entry["einops_repeat"]) == (["..."], None)
