import itertools
import re

import pytest
from hypothesis import given

from einsum_grad.plan import ELLIPSIS, UNIT, Pattern, ellipsis_labels, operand_names, spell
from tests.strategies import Case, cases


@pytest.mark.parametrize(
    ("count", "names"),
    [(1, ("X",)), (2, ("X", "W")), (3, ("A", "B", "C")), (26, tuple(f"X{n}" for n in range(26)))],
)
def test_operand_names(count: int, names: tuple[str, ...]) -> None:
    assert operand_names(count) == names


@pytest.mark.parametrize("count", [1, 2, 3, 24, 25, 26, 1000])
def test_operands_have_different_names_and_none_that_of_the_output(count: int) -> None:
    names = operand_names(count)
    assert len(set(names)) == count
    assert "Z" not in names


def spelled(*labels: str) -> dict[str, str]:
    return spell(Pattern((labels,), ()))


def test_ascii_letters_stand_for_themselves() -> None:
    assert spelled("i", "J", "k") == {"i": "i", "J": "J", "k": "k"}


def test_other_labels_get_their_first_letter_or_the_next_free_one() -> None:
    assert spelled("batch", "row") == {"batch": "b", "row": "r"}
    assert spelled("batch", "b") == {"b": "b", "batch": "a"}
    assert spelled("row", "rest") == {"row": "r", "rest": "a"}
    assert spelled("β", "字", "_x") == {"β": "a", "字": "b", "_x": "c"}
    assert spelled("β", "axis") == {"β": "a", "axis": "b"}


def test_units_and_ellipses_are_not_spelled() -> None:
    assert spelled(UNIT, ELLIPSIS, "i") == {"i": "i"}


def test_after_52_letters_come_numbers() -> None:
    found = spelled(*(f"n{number}" for number in range(60)))
    assert len(set(found.values())) == 60
    assert list(found.values())[52:] == [f"L{number}" for number in range(52, 60)]


@given(cases(letters="ab軸字βL"))
def test_only_ascii_letters_may_stand_in_code(case: Case) -> None:
    found = spell(Pattern(case.terms, case.result))
    assert set(found) == set(case.sizes) | set(case.result)
    assert len(set(found.values())) == len(found)
    assert all(re.fullmatch(r"[A-Za-z]", name) for name in found.values())


def test_labels_of_an_ellipsis_are_free_letters() -> None:
    assert ellipsis_labels(3, ("a", "c")) == ("b", "d", "e")
    assert ellipsis_labels(0, ()) == ()


def test_labels_of_an_ellipsis_go_on_after_the_alphabet() -> None:
    taken = (*tuple(map(chr, itertools.chain(range(97, 123), range(65, 91)))), "L52")
    assert ellipsis_labels(2, taken) == ("L53", "L54")
