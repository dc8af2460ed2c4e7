"""The spelling of formulas and patterns."""

from __future__ import annotations

import itertools

import pytest

from einsum_grad.explain.latex.spelling import LATEX
from einsum_grad.explain.spelling import (
    ASCII,
    MANY,
    UNICODE,
    Spelling,
    abridged,
    equation,
    is_compact,
    pattern_text,
)
from einsum_grad.plan import Factor, Formula, Pattern

FORMULA = Formula(
    left=Factor("dX", ("i", "i'", "0")),
    deltas=(("i", "i'"),),
    sums=("j", "b_1"),
    factors=(Factor("dZ", ("j",)), Factor("W", ("i", "b_1", "..."))),
)
IN_LATEX = (
    r"\mathrm{d}X_{i i' 0} = \delta_{i i'}\, \sum_{j} \sum_{\mathrm{b\_1}}  "
    r"\mathrm{d}Z_{j}\, W_{i,\mathrm{b\_1},\ldots}"
)


@pytest.mark.parametrize(
    ("spelling", "text"),
    [
        (UNICODE, "dX[i,i',0] = δ(i,i') · Σ_j Σ_b_1  dZ[j] · W[i,b_1,...]"),
        (ASCII, "dX[i,i',0] = delta(i,i') * sum_j sum_b_1  dZ[j] * W[i,b_1,...]"),
        (LATEX, IN_LATEX),
    ],
)
def test_formula_is_spelled_with_the_symbols(spelling: Spelling, text: str) -> None:
    assert equation(FORMULA, spelling) == text


def test_ascii_is_ascii() -> None:
    assert equation(FORMULA, ASCII).isascii()


def test_scalars_have_no_brackets() -> None:
    formula = Formula(Factor("Z", ()), (), (), (Factor("X", ()), Factor("W", ())))
    assert equation(formula, UNICODE) == "Z = X · W"


def test_numbered_operands_are_numbered_in_latex() -> None:
    formula = Formula(Factor("dX12", ("i",)), (), (), (Factor("X0", ()),))
    assert equation(formula, LATEX) == r"\mathrm{d}X^{(12)}_{i} = X^{(0)}"


def test_a_short_formula_keeps_the_factor_in_its_place() -> None:
    factors = tuple(Factor(f"X{n}", (f"{n}",)) for n in range(40))
    sums = tuple(f"s{n}" for n in range(40))
    formula = Formula(Factor("Z", ()), (), sums, factors, place=20)
    assert equation(formula, UNICODE, short=True) == (
        "Z = Σ_s0 Σ_s1 Σ_s2 … Σ_s38 Σ_s39  X0[0] · X1[1] · X2[2] · … · X19[19] · X20[20] · X21[21]"
        " · … · X38[38] · X39[39]"
    )
    assert "…" not in equation(formula, UNICODE)


@pytest.mark.parametrize("place", [None, *range(MANY + 3)])
def test_abridged_items_keep_their_order_and_the_place(place: int | None) -> None:
    shown = abridged(range(MANY + 3), place)
    kept = [item for item in shown if item is not None]
    assert kept == sorted(kept)
    assert {0, 1, 2, MANY + 1, MANY + 2} <= set(kept)
    assert place is None or place in kept
    gaps = sum(item is None for item in shown)
    assert gaps == sum(after - before > 1 for before, after in itertools.pairwise(kept))


def test_few_items_are_all_shown() -> None:
    assert abridged(range(MANY), 3) == list(range(MANY))


def test_pattern_of_many_operands_is_shortened_around_the_place() -> None:
    pattern = Pattern(tuple((letter,) for letter in "abcdefghijklmnop"), ())
    assert pattern_text(pattern, True, 8, short=True) == "a,b,c,…,h,i,j,…,o,p->"
    assert pattern_text(pattern, True, 8).count(",") == 15


def test_pattern_of_names_is_spelled_with_spaces() -> None:
    pattern = Pattern(((), ("i",)), ("i", "j"))
    assert pattern_text(pattern, compact=False) == ", i -> i j"
    assert pattern_text(Pattern((("i",),), ()), compact=False) == "i ->"
    assert pattern_text(Pattern(((),), ("i",)), compact=False) == "-> i"


@pytest.mark.parametrize(
    ("label", "notation", "compact"),
    [
        ("i", "letters", True),
        ("...", "letters", True),
        ("L52", "letters", False),
        ("i", "named", False),
    ],
)
def test_only_single_letters_need_no_spaces(label: str, notation: str, compact: bool) -> None:
    assert is_compact(Pattern(((label,),), ()), notation) == compact
