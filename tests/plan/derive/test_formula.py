"""Patterns as equations, and back."""

from __future__ import annotations

from hypothesis import given

from einsum_grad.plan import UNIT, Factor, Formula, Pattern, request, stated, with_deltas
from einsum_grad.plan.derive.formula import fresh
from tests.strategies import Case, cases


@given(cases(most_operands=3))
def test_equation_of_a_pattern_says_the_pattern(case: Case) -> None:
    pattern = request(case.letters, sizes=case.given, shapes=case.shapes).pattern
    names = [f"X{number}" for number in range(len(pattern.inputs))]
    formula = stated(pattern, names, "Z")
    assert formula.pattern() == pattern
    assert [factor.name for factor in formula.factors] == names


def test_axis_of_size_1_has_the_index_0() -> None:
    formula = stated(Pattern(((UNIT, "i"),), (UNIT,)), ("X",), "Z")
    assert formula.factors[0].indices == ("0", "i")
    assert formula.left.indices == ("0",)
    assert formula.labels() == ("i",)


def test_label_twice_on_the_left_becomes_a_delta() -> None:
    formula = with_deltas(stated(Pattern((("i", "j"),), ("i", "j", "i", "i")), ("X",), "Z"))
    assert formula.left.indices == ("i", "j", "i'", "i''")
    assert formula.deltas == (("i", "i'", "i''"),)


def test_two_axes_of_size_1_are_no_diagonal() -> None:
    formula = with_deltas(stated(Pattern((("i",),), (UNIT, UNIT)), ("X",), "Z"))
    assert formula.left.indices == ("0", "0")
    assert formula.deltas == ()


def test_renaming_reaches_every_label() -> None:
    entry = Factor("X", ("i",))
    formula = Formula(
        Factor("Z", ("i",), (entry,)), (("i", "j"),), ("j",), (Factor("X", ("j", "0"), (entry,)),)
    )
    entry = Factor("X", ("a",))
    assert formula.rename({"i": "a", "j": "b"}) == Formula(
        Factor("Z", ("a",), (entry,)), (("a", "b"),), ("b",), (Factor("X", ("b", "0"), (entry,)),)
    )


def test_own_labels_avoid_what_is_summed() -> None:
    formula = Formula(Factor("Z", ("i'", "j'")), (), ("i",), ())
    assert formula.own() == ("i'", "j")


def test_fresh_labels_differ_from_each_other() -> None:
    assert fresh(("i", "i'", "i"), ("i",)) == ("i'", "i''", "i'''")
