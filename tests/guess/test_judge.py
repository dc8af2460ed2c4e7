"""Verdicts on guesses agree with brute force."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest

from einsum_grad import check_guess
from einsum_grad.errors import ArgumentError, ArgumentTypeError, PatternError
from einsum_grad.guess import Kind
from tests.guesses import disagreement, guess
from tests.tries import tries


@pytest.mark.parametrize("seed", range(4))
def test_every_verdict_agrees_with_brute_force(seed: int) -> None:
    random = Random(1000 + seed)
    for _ in range(tries(100)):
        assert disagreement(guess(random)) is None


@pytest.mark.parametrize(
    ("pattern", "operand", "text"),
    [
        ("ij,jk->ik", 0, "ik,jk->ij"),
        ("ij,jk->ik", 1, "ij,ik->jk"),
        ("ij,jk->ik", 0, "ab,cb->ac"),
        ("ij,jk->ik", 0, "ik,jk"),
        ("bij,jk->ik", 0, "ik,jk->bij"),
        ("bij,jk->ik", 0, "xz,yz->nxy"),
        ("ii->", 0, "->ii"),
        ("ii,ij->j", 0, "j,ij->ii"),
        ("...ij,jk->...ik", 1, "...ij,...ik->jk"),
        (",->", 0, ",->"),
        ("αβ,βγ->αγ", 0, "αγ,βγ->αβ"),
        ("i->i", 0, "i"),
    ],
)
def test_the_swap_is_right_in_any_labels(pattern: str, operand: int, text: str) -> None:
    verdict = check_guess(pattern, operand, text)
    assert verdict.kind is Kind.RIGHT
    assert verdict.is_right
    assert (verdict.why, verdict.label, verdict.counterexample) == (None, None, None)
    assert str(verdict).splitlines()[0] == f"{verdict.name}: {text} is right"


def test_names_and_sizes_are_those_of_the_pattern() -> None:
    verdict = check_guess("x y, y z -> x z", 0, "x z, y z -> x y", notation="named")
    assert verdict.is_right
    assert check_guess("i->ib", 0, "ib->i", sizes={"b": 3}).is_right


def test_a_verdict_calls_arrays_by_their_names() -> None:
    verdict = check_guess("qd,kd->qk", "K", "qk,qd->dk", names="Q,K->S")
    assert (verdict.name, verdict.order) == ("dK", ("dS", "Q"))
    assert verdict.why == "dK has the axes k d, but the guess writes d k"
    assert "zeros but for Q[0,0] = 1, dS[0,1] = 1: dK[0,1] is 0" in str(verdict)


def test_another_operand_order_is_accepted_if_the_labels_match() -> None:
    verdict = check_guess("ij,jk->ik", 0, "jk,ik->ij")
    assert verdict.is_right
    assert verdict.order == ("W", "dZ")
    assert str(verdict).splitlines()[1] == "    it takes its operands in the order W, dZ"
    assert check_guess("a,b,c->abc", 0, "abc,c,b->a").order == ("dZ", "C", "B")


def test_another_operand_order_is_accepted_if_only_it_is_right() -> None:
    verdict = check_guess("ijk,jk->i", 1, "i,ijk->jk")
    assert verdict.is_right
    assert verdict.order == ("dZ", "X")
    assert check_guess("ijk,jk->i", 1, "x,xyz->yz").order == ("dZ", "X")


@pytest.mark.parametrize(
    ("pattern", "operand", "text", "why", "right"),
    [
        ("ij,jk->ik", 1, "ik,ij->kj", "j k, but the guess writes k j", "ik,ij->jk"),
        ("ij,jk->ik", 0, "jk,ik->ji", "i j, but the guess writes j i", "jk,ik->ij"),
        (
            "bhqd,bhkd->bhqk",
            1,
            "bhqk,bhqd->bhdk",
            "b h k d, but the guess writes b h d k",
            "bhqk,bhqd->bhkd",
        ),
    ],
)
def test_where_labels_keep_their_meaning_no_other_reading_is_right(
    pattern: str, operand: int, text: str, why: str, right: str
) -> None:
    # Each is right where the first term is read as the first array, whose labels it doesn't have.
    verdict = check_guess(pattern, operand, text)
    assert verdict.kind is Kind.AXIS_ORDER
    assert verdict.reordered
    assert (verdict.right, verdict.read_as) == (right, None)
    assert verdict.why is not None
    assert verdict.why == f"{verdict.name} has the axes {why}"


def test_a_verdict_says_how_other_labels_were_read() -> None:
    assert str(check_guess("ij,jk->ik", 1, "ik,ij->kj")).count("\n") == 3
    verdict = check_guess("ij,jk->ik", 0, "ab,cb->ac")
    assert verdict.read_as == "dZ=ab, W=cb"
    assert str(verdict).splitlines() == [
        "dX: ab,cb->ac is right",
        "    read as dZ=ab, W=cb",
    ]
    turned = check_guess("ijk,jk->i", 1, "x,xyz->yz")
    assert (turned.read_as, turned.order) == ("dZ=x, X=xyz", ("dZ", "X"))
    named = check_guess("x y, y z -> x z", 0, "u vv, w vv -> u w", notation="named")
    assert named.read_as == "dZ=(u vv), W=(w vv)"
    assert json.loads(json.dumps(verdict.to_dict()))["read_as"] == "dZ=ab, W=cb"
    assert check_guess("ij,jk->ik", 0, "...k,jk->...j").read_as is None
    assert check_guess("ij,jk->ik", 0, "jk,ik->ij").read_as is None


def test_the_literal_order_takes_precedence() -> None:
    # With the operands exchanged this would be right, and in no label is it the pattern's.
    verdict = check_guess("ij,jk->ik", 0, "ab,cb->ca")
    assert verdict.kind is Kind.AXIS_ORDER
    assert verdict.order == ("dZ", "W")
    assert verdict.right == "ab,cb->ac"


@pytest.mark.parametrize(
    ("text", "why", "right"),
    [
        ("ik,jk->ji", "dX has the axes i j, but the guess writes j i", "ik,jk->ij"),
        ("ik,kj->ij", "W has the axes j k, but the guess writes k j", "ik,jk->ij"),
        ("ki,jk->ij", "dZ has the axes i k, but the guess writes k i", "ik,jk->ij"),
        ("ab,bc->ac", "W has the axes c b, but the guess writes b c", "ab,cb->ac"),
    ],
)
def test_a_wrong_axis_order_is_described_with_the_right_pattern(
    text: str, why: str, right: str
) -> None:
    verdict = check_guess("ij,jk->ik", 0, text)
    assert verdict.kind is Kind.AXIS_ORDER
    assert (verdict.why, verdict.right) == (why, right)
    assert verdict.counterexample is not None
    assert not verdict.is_right


@pytest.mark.parametrize(
    ("pattern", "operand", "text", "label", "why"),
    [
        ("ij,jk->ik", 0, "ik,jk->iz", "z", "neither an operand nor the pattern has z"),
        ("ij,jk->ik", 0, "ik,jk->ik", "j", "X has an axis j, but the output lacks it"),
        ("ij,jk->ik", 0, "ik,jk->ijk", "k", "the output has k, but X has only the axes i and j"),
        ("ij,jk->ik", 0, "ikj,jk->ij", "j", "dZ has the axes i and k, but the guess gives it"),
        ("ij,jk->ik", 0, "i,jk->ij", "k", "dZ has the axes i and k, but the guess gives it"),
        ("ij,jk->ik", 0, "ik->ij", None, "it has 1 operand, but the gradient is made of dZ and W"),
        ("ij,jk->ik", 0, "ik,jk,->ij", None, "it has 3 operands"),
        ("ij,jk->ik", 0, "ii,jk->ij", "i", "i is axis 0 of dZ, which is i, and axis 1 of dZ, wh"),
        ("ij,jk->ik", 0, "ij,kj->ii", "j", "X has an axis j, but the output lacks it"),
        ("bij,jk->ik", 0, "ik,jk->ij", "b", "X has an axis b, but the output lacks it; no opera"),
        ("bij,jk->ik", 0, "ik,jl->bji", "j", "axis 1 of the output is j, and of X i"),
        ("ii,ij->j", 0, "j,ij->i", "i", "X has i twice, and so must the output"),
        ("iii->", 0, "->i", "i", "X has i 3 times, and so must the output; no operand has it"),
        ("i->", 0, "i->i", "i", "dZ has no axes, but the guess gives it the axis i"),
        ("...i->...i", 0, "i->i", "...", "dZ has the axes ... and i, but the guess gives it the"),
        ("i->i", 0, "i->j", "j", "neither an operand nor the pattern has j: it has no size"),
    ],
)
def test_an_invalid_guess_names_the_label(
    pattern: str, operand: int, text: str, label: str | None, why: str
) -> None:
    verdict = check_guess(pattern, operand, text)
    assert verdict.kind is Kind.INVALID
    assert verdict.label == label
    assert verdict.why is not None
    assert verdict.why.startswith(why)


def test_a_wrong_guess_has_an_example() -> None:
    verdict = check_guess("ij,jk->ik", 0, "ik,jl->ij")
    assert verdict.kind is Kind.WRONG
    assert str(verdict).splitlines() == [
        "dX: ik,jl->ij is wrong: k is one label, but the guess has k and l for it",
        f"    {verdict.counterexample}",
        "    right is ik,jk->ij",
    ]
    assert str(verdict.counterexample) == (
        "with k = 2 and other sizes 1, and zeros but for dZ[0,0] = 1, W[0,1] = 1: "
        "dX[0,0] is 0, but the guess gives 1"
    )


def test_a_wrong_guess_is_judged_in_the_only_order_that_runs() -> None:
    verdict = check_guess("ij,jk->ik", 0, "jk,il->ij")
    assert (verdict.kind, verdict.order, verdict.right) == (
        Kind.WRONG,
        ("W", "dZ"),
        "jk,ik->ij",
    )


def test_a_verdict_is_plain_data() -> None:
    document: Any = json.loads(json.dumps(check_guess("ij,jk->ik", 0, "ik,kj->ij").to_dict()))
    assert document["verdict"] == "right but for an axis order"
    assert document["counterexample"] == {
        "sizes": {"i": 1, "k": 2, "j": 2},
        "operands": [
            {"name": "dZ", "shape": [1, 2], "one_at": [0, 0]},
            {"name": "W", "shape": [2, 2], "one_at": [0, 1]},
        ],
        "entry": [0, 1],
        "expected": 0,
        "got": 1,
    }
    assert check_guess("i->", 0, "->i").to_dict()["counterexample"] is None


def test_many_operands_are_judged_in_their_own_order() -> None:
    chain = "ab,bc,cd,de,ef,fg,gh,hi->ai"
    swapped = "ai,bc,cd,de,ef,fg,gh,hi->ab"
    assert check_guess(chain, 0, swapped).is_right
    assert check_guess(chain, 0, swapped[:-2] + "ba").kind is Kind.AXIS_ORDER


def test_invalid_requests_are_refused() -> None:
    with pytest.raises(PatternError):
        check_guess("ij,jk->ik", 0, "ik-jk")
    with pytest.raises(PatternError):
        check_guess("ij->z", 0, "ik,jk->ij")
    with pytest.raises(ArgumentError):
        check_guess("ij,jk->ik", 2, "ik,jk->ij")
    with pytest.raises(ArgumentError):
        check_guess("ij,jk->ik", (0, 1), "ik,jk->ij")  # type: ignore[arg-type]  # that is the test
    with pytest.raises(ArgumentTypeError):
        check_guess("ij,jk->ik", 0, None)  # type: ignore[arg-type]  # that is the test


@pytest.mark.parametrize(
    ("pattern", "guess", "kind"),
    [
        ("ij,jk->ik", "...k,jk->...j", Kind.RIGHT),
        ("ij,jk->ik", "i...,j...->ij", Kind.RIGHT),
        ("ij,jk->ik", "jk...,ik->ij", Kind.RIGHT),
        ("ij->", "->...ij", Kind.RIGHT),
        ("ij,jk->ik", "...k,jk->j...", Kind.AXIS_ORDER),
        ("ij,jk->ik", "...,...->ij", Kind.INVALID),
        ("ij,jk->ik", "ikx...,jk->ij", Kind.INVALID),
        ("...i,i->...", "...,i->...i", Kind.RIGHT),
        ("...i,i->...", "...,i->i...", Kind.AXIS_ORDER),
        ("...i,i->...", "a,i->ai", Kind.INVALID),
        ("...i,i->...", "...,...->...i", Kind.INVALID),
    ],
)
def test_an_ellipsis_is_the_remaining_axes(pattern: str, guess: str, kind: Kind) -> None:
    verdict = check_guess(pattern, 0, guess)
    assert verdict.kind is kind
    assert (verdict.why is None) is (kind is Kind.RIGHT)


def test_the_axes_of_an_ellipsis_are_named() -> None:
    verdict = check_guess("ij,jk->ik", 0, "...,...->ij")
    assert verdict.why == (
        "a is axis 0 of dZ, which is i, and axis 0 of W, which is j; ... stands for a and b"
    )
    assert check_guess("...i,i->...", 0, "a,i->ai").label is not None
