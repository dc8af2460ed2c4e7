import numpy as np
import pytest
from hypothesis import given

from einsum_grad.errors import PatternError
from einsum_grad.plan import check_legal, pattern_of
from einsum_grad.plan.read import implicit_output
from einsum_grad.syntax import parse
from tests import strategies
from tests.strategies import Case, cases


@pytest.mark.parametrize(
    ("text", "explicit"),
    [
        ("ij,jk", "ij,jk->ik"),
        ("kj,ji", "kj,ji->ik"),
        ("ba", "ba->ab"),
        ("ii", "ii->"),
        ("iij", "iij->j"),
        ("Ab", "Ab->Ab"),
        ("bA", "bA->Ab"),
        ("j...i", "j...i->...ij"),
        ("...i,...i", "...i,...i->..."),
        ("", "->"),
        (",", ",->"),
        ("ж,β", "ж,β->βж"),
        ("i,i,i", "i,i,i->"),
    ],
)
def test_implicit_output_has_the_labels_that_occur_once_sorted(text: str, explicit: str) -> None:
    assert str(pattern_of(parse(text))) == explicit


def test_implicit_output_sorts_names_as_strings() -> None:
    assert pattern_of(parse("x10 x9, b", "named")).output == ("b", "x10", "x9")


@given(cases(letters="abcijAZ", generalised=False))
def test_implicit_output_is_that_of_np_einsum(case: Case) -> None:
    implicit = ",".join("".join(term) for term in case.inputs)
    operands = [np.ones(shape) for shape in case.shapes]
    output = implicit_output(case.inputs)
    assert output == strategies.implicit(case.inputs)
    explicit = f"{implicit}->{''.join(output)}"
    assert np.einsum(implicit, *operands).shape == np.einsum(explicit, *operands).shape


@pytest.mark.parametrize(
    ("text", "pattern"),
    [("i...->i", "i...->i"), ("i->i...", "i->i"), ("i...,j->i...j", "i...,j->i...j")],
)
def test_ellipsis_that_no_operand_has_stands_for_no_axis(text: str, pattern: str) -> None:
    assert str(pattern_of(parse(text))) == pattern


def test_output_only_label_without_size_is_refused_with_a_hint() -> None:
    with pytest.raises(PatternError) as refusal:
        pattern_of(parse("ij->ib"))
    assert refusal.value.position == 5
    told = str(refusal.value).split("\n")[0]
    assert told.startswith("the output has b, which no operand has;")
    assert "sizes={'b': …}" in told
    assert told.endswith("in a shell --sizes b=…")
    assert pattern_of(parse("ij->ib"), ["b"]).output == ("i", "b")


def test_repeated_output_label_is_read_but_is_not_legal() -> None:
    equation = parse("ij->iji")
    assert str(pattern_of(equation)) == "ij->iji"
    with pytest.raises(PatternError, match="the output has i twice") as refusal:
        check_legal(equation)
    assert refusal.value.position == 6


@pytest.mark.parametrize("text", ["ii", "ij->ji", "ii->i", "->", "...i->i..."])
def test_what_np_einsum_takes_is_legal(text: str) -> None:
    check_legal(parse(text))
