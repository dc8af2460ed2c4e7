import pytest
from hypothesis import given
from hypothesis import strategies as st

from einsum_grad.plan import ELLIPSIS, UNIT, Pattern, distinct, pattern_of
from einsum_grad.syntax import parse
from tests.patterns import pattern
from tests.strategies import LETTERS, Case, cases


@pytest.mark.parametrize(
    ("text", "operand", "swapped"),
    [
        ("bij,jk->ik", 0, "ik,jk->bij"),
        ("bij,jk->ik", 1, "bij,ik->jk"),
        ("ii,ij->j", 0, "j,ij->ii"),
        ("ab,cd->ab", 1, "ab,ab->cd"),
        ("ab,bc,cd->ad", 1, "ab,ad,cd->bc"),
        ("ii->", 0, "->ii"),
        ("...i,i->...", 1, "...i,...->i"),
    ],
)
def test_the_cotangent_stands_in_the_place_of_the_operand(
    text: str, operand: int, swapped: str
) -> None:
    assert str(pattern(text).swap(operand)) == swapped


@given(cases(), st.data())
def test_a_swap_of_a_swap_gives_back_the_pattern(case: Case, data: st.DataObject) -> None:
    """The language is closed under differentiation: a gradient's gradient is the pattern."""
    found = Pattern(case.terms, case.result)
    operand = data.draw(st.integers(0, len(case.terms) - 1))
    assert found.swap(operand) != found or found.inputs[operand] == found.output
    assert found.swap(operand).swap(operand) == found


@given(cases(), st.permutations(LETTERS))
def test_renamed_patterns_are_the_same_when_canonical(case: Case, other: list[str]) -> None:
    found = Pattern(case.terms, case.result)
    renamed = found.rename(dict(zip(LETTERS, other, strict=True)))
    assert renamed.canonical() == found.canonical()
    assert hash(renamed.canonical()) == hash(found.canonical())
    assert found.canonical().canonical() == found.canonical()


@pytest.mark.parametrize(
    ("one", "other"),
    [("ij->i", "ij->j"), ("ii->i", "ij->i"), ("ij,jk->ik", "ij,kj->ik"), ("i,j->", "ij->")],
)
def test_patterns_of_different_meaning_differ_when_canonical(one: str, other: str) -> None:
    assert pattern(one).canonical() != pattern(other).canonical()


def test_units_and_ellipses_keep_their_names_when_canonical() -> None:
    found = Pattern(((ELLIPSIS, "k"), (UNIT, "k")), (ELLIPSIS,)).canonical()
    assert found == Pattern(((ELLIPSIS, "L0"), (UNIT, "L0")), (ELLIPSIS,))


def test_exchanged_labels_are_not_merged() -> None:
    assert str(pattern("ij->j").rename({"i": "j", "j": "i"})) == "ji->i"


@pytest.mark.parametrize(
    ("text", "legal"),
    [
        ("ij,jk->ik", True),
        ("ii->i", True),
        ("->", True),
        ("...i->...", True),
        ("i->ii", False),
        ("i->ib", False),
    ],
)
def test_legal_is_what_np_einsum_can_write(text: str, legal: bool) -> None:
    assert pattern(text, "b").is_legal() is legal


def test_a_unit_is_not_legal() -> None:
    assert not Pattern(((UNIT, "i"),), ("i",)).is_legal()


def test_contracted_labels_are_those_the_output_lacks() -> None:
    assert pattern("bij,jk->ik").contracted() == ("b", "j")
    assert pattern("i->i").contracted() == ()
    assert Pattern((("i", UNIT),), ()).contracted() == ("i",)


def test_labels_stand_once_in_the_order_of_the_text() -> None:
    assert pattern("ki,ij->jb", "b").labels() == ("k", "i", "j", "b")
    assert pattern("ki,ij->jb", "b").input_labels() == ("k", "i", "j")


def test_output_sizes_are_those_of_output_only_labels() -> None:
    assert pattern("i->ib", "b").output_sizes({"i": 2, "b": 3}) == {"b": 3}


@pytest.mark.parametrize("text", ["ij,jk->ik", "->", ",->", "i...j->...", "ii,->"])
def test_letters_are_written_as_np_einsum_writes_them(text: str) -> None:
    assert str(pattern(text)) == text


@pytest.mark.parametrize("text", ["batch i, i j -> batch j", "x1,  -> x1", "x1 ... -> ..."])
def test_names_are_written_as_einops_writes_them(text: str) -> None:
    assert str(pattern_of(parse(text, "named"))) == text


def test_names_of_one_character_that_is_no_letter_are_written_as_names() -> None:
    assert str(pattern_of(parse("_ i -> i", "named"))) == "_ i -> i"


@given(cases(), st.booleans())
def test_a_written_pattern_parses_back(case: Case, named: bool) -> None:
    text, sizes = (case.named, case.named_given) if named else (case.letters, case.given)
    notation = "named" if named else "letters"
    found = pattern_of(parse(text, notation), sizes)
    labels = found.labels()
    back = (
        "letters"
        if all(label == ELLIPSIS or (len(label) == 1 and label != "_") for label in labels)
        else notation
    )
    assert pattern_of(parse(str(found), back), sizes) == found


def test_distinct_keeps_the_first() -> None:
    assert distinct("abcab") == ("a", "b", "c")
