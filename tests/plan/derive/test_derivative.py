"""Derivatives as patterns: their terms, products and dense arrays."""

import math
import string

import pytest

from einsum_grad.errors import ArgumentError
from einsum_grad.plan import LinearTerm, Pattern, derivative, made_equal, normal_form, pattern_of
from einsum_grad.syntax import parse


def of(text: str, *wrt: tuple[int, ...]) -> tuple[LinearTerm, ...]:
    return derivative(pattern_of(parse(text)), wrt).terms


@pytest.mark.parametrize(
    ("text", "place", "dense"),
    [
        ("ij,jk->ik", 0, "jk->ikij"),
        ("ij,jk->ik", 1, "ij->ikjk"),
        ("ii->", 0, "->ii"),
        ("ij->j", 0, "->jij"),
        ("i->ii", 0, "->iii"),
        ("...i,i->...", 0, "i->......i"),
    ],
)
def test_a_jacobian_has_the_output_and_then_the_operand_as_output(
    text: str, place: int, dense: str
) -> None:
    (term,) = of(text, (place,))
    assert str(term.dense) == dense


def test_the_product_with_a_tangent_is_the_pattern_with_it_in_the_operands_place() -> None:
    (term,) = of("bij,jk->ik", (0,))
    assert str(term.apply) == "jk,bij->ik"
    assert str(term.transposed.apply) == "jk,ik->bij"


def test_a_delta_is_a_diagonal_of_the_normal_form() -> None:
    (term,) = of("bij,jk->ik", (0,))
    form = normal_form(term.dense)
    assert str(form.reduced) == "jk->kj"
    assert form.repeat_axes == ("i", "b")
    assert form.diagonals == (("i", (0, 3)),)


def test_a_variable_in_several_places_has_a_term_for_each_choice() -> None:
    assert [str(t.dense) for t in of("i,ij,j->", (0, 2))] == ["ij,j->i", "i,ij->j"]
    assert [str(t.dense) for t in of("i,ij,j->", (0, 2), (0, 2))] == ["ij->ij", "ij->ji"]
    assert of("ij,jk->ik", (0,), (0,)) == ()


@pytest.mark.parametrize("order", range(1, 6))
def test_an_order_above_the_number_of_places_is_zero(order: int) -> None:
    pattern = Pattern((("i",),) * 4, ())
    made = derivative(pattern, ((0, 1, 2, 3),) * order)
    assert len(made.terms) == math.perm(4, order)
    assert all(len(term.factors) == 4 - order for term in made.terms)


def test_factors_keep_the_numbers_of_their_operands() -> None:
    (term,) = of("ab,bc,cd->ad", (1,))
    assert term.factors == ((0, ("a", "b")), (2, ("c", "d")))


def test_terms_that_differ_in_labels_alone_are_canonically_equal() -> None:
    first, second = of("ik,jk,il,jl->", (0, 2), (0, 2))
    assert first != second
    one = LinearTerm(((0, ("k", "l")),), first.rows, first.columns).canonical()
    other = LinearTerm(((0, ("l", "k")),), second.rows, second.columns).canonical()
    assert one == other
    assert one.rows == ("L0", "L1")
    assert one.columns == ("L0", "L2")


def test_labels_beyond_the_alphabet_are_renamed_too() -> None:
    term = (*string.ascii_letters, "L52")
    (made,) = derivative(Pattern((term, term), ()), ((0,),)).terms
    assert len(set(made.canonical().columns)) == 53


def test_the_axes_of_a_derivative_that_is_zero_are_those_of_its_variables() -> None:
    assert derivative(pattern_of(parse("ij,jk->ik")), ((0,), (0,))).axes == tuple("ikijij")


def test_a_label_equal_to_a_unit_is_a_unit() -> None:
    assert made_equal(("j", "k"), ("1", "j")) == dict.fromkeys("jk1", "1")
    assert made_equal(("1", "j"), ("j", "k")) == dict.fromkeys("jk1", "1")


def test_too_many_terms_are_refused() -> None:
    pattern = pattern_of(parse(",".join("i" * 400) + "->"))
    every = tuple(range(400))
    with pytest.raises(ArgumentError, match="a sum of 159600 products of 400 factors"):
        derivative(pattern, (every, every))
    assert len(derivative(pattern, (every,)).terms) == 400
    assert len(derivative(pattern, (every[:20], every[20:40])).terms) == 400
