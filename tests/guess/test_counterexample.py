"""The counterexample is the smallest, and says what the two patterns give there."""

from __future__ import annotations

import numpy as np
import pytest

from einsum_grad.guess.counterexample import Counterexample, smallest
from tests.patterns import unchecked


def found(truth: str, guess: str) -> Counterexample:
    names = [f"A{number}" for number in range(truth.count(",") + 1)]
    example = smallest(unchecked(truth), unchecked(guess), names, "Z")
    assert example is not None
    return example


@pytest.mark.parametrize(
    ("truth", "guess"),
    [
        ("ik,jk->ij", "ik,jl->ij"),
        ("ik,jk->ij", "ik,kj->ij"),
        ("ii->i", "ij->i"),
        ("ij->i", "ij->j"),
    ],
)
def test_np_einsum_gives_the_two_values(truth: str, guess: str) -> None:
    example = found(truth, guess)
    operands = [np.zeros(one.shape, int) for one in example.ones]
    for operand, one in zip(operands, example.ones, strict=True):
        operand[one.index] = 1
    assert np.einsum(truth, *operands)[example.index] == example.expected
    assert np.einsum(guess, *operands)[example.index] == example.got
    assert example.expected != example.got


def test_the_fewest_labels_have_size_2() -> None:
    assert dict(found("ik,jk->ij", "ik,jl->ij").sizes) == {"i": 1, "k": 2, "j": 1}
    assert dict(found("ijk->ij", "ijk->ik").sizes) == {"i": 1, "j": 2, "k": 2}
    assert dict(found("ab,cd->", "ab,ad->").sizes) == {"a": 2, "b": 1, "c": 2, "d": 1}


def test_fewer_labels_of_size_2_take_precedence_over_fewer_ones() -> None:
    example = found("abcccc->", "aaccdd->")
    assert dict(example.sizes) == {"a": 1, "b": 1, "c": 2}
    assert sum(example.ones[0].index) == 2


def test_ties_go_to_the_fewest_ones() -> None:
    example = found("iii->i", "ijj->i")
    assert [one.index for one in example.ones] == [(0, 1, 1)]
    assert (example.index, example.expected, example.got) == ((0,), 0, 1)


def test_equal_patterns_have_none() -> None:
    assert smallest(unchecked("ik,jk->ij"), unchecked("ab,cb->ac"), ["A", "B"], "Z") is None


def test_it_prints_on_one_line() -> None:
    assert str(found("i,i->", "i,j->")) == (
        "with i = 2, and zeros but for A0[0] = 1, A1[1] = 1: Z is 0, but the guess gives 1"
    )
