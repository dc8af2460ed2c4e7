"""The sentences describe the normal form of a gradient."""

from __future__ import annotations

from hypothesis import given

from einsum_grad.explain import explain
from einsum_grad.plan import operand_names, request
from einsum_grad.plan.derive.reasons import Why, gradient_facts, reasons
from tests.strategies import Case, cases


@given(cases())
def test_every_fact_of_the_normal_form_has_its_sentence(case: Case) -> None:
    asked = request(case.letters, sizes=case.given, shapes=case.shapes)
    names = operand_names(len(case.terms))
    for gradient in asked.plan.gradients:
        kinds = {fact.why for fact in gradient_facts(gradient, names, "dZ")}
        units = any("1" in term for term in gradient.form.pattern.inputs)
        assert (Why.AS_IT_STANDS in kinds) == gradient.form.pattern.is_legal()
        assert (Why.ONLY_HERE in kinds) == (set(gradient.repeat_axes) > set(gradient.expanded))
        assert (Why.EXPANDED in kinds) == bool(gradient.expanded)
        assert (Why.WRITTEN in kinds) == bool(gradient.diagonals)
        assert (Why.SUMMED_BACK in kinds) == bool(gradient.summed_back)
        assert (Why.DROPPED in kinds) == units


@given(cases())
def test_sentences_are_plain_lines_that_are_printed(case: Case) -> None:
    asked = request(case.letters, sizes=case.given)
    names = operand_names(len(case.terms))
    lines = str(explain(case.letters, case.given)).split("\n")
    for gradient in asked.plan.gradients:
        said = reasons(gradient, names, "dZ")
        assert said
        assert len(set(said)) == len(said)
        assert not any(sentence.endswith(".") for sentence in said)
        assert {f"    {sentence}" for sentence in said} <= set(lines)


def test_place_and_operands_have_the_given_names() -> None:
    first, second = request("ii,ii->ii").plan.gradients
    assert reasons(first, ("a", "b"), "dt")[:2] == (
        "i stands twice in dt: only its diagonal is read",
        "i stands twice in b: only its diagonal is read",
    )
    assert reasons(second, ("a", "b"), "dt")[0].startswith("i stands twice in a: ")


def test_axes_of_size_1_share_a_sentence() -> None:
    (gradient,) = request("ij,ij->ij", 0, shapes=[(3, 4), (1, 1)]).plan.gradients
    assert reasons(gradient, ("X", "W"), "dZ") == ("axes 0 and 1 of W have size 1 and are dropped",)
