"""What keeps a guess from being run is found in the order in which one reads it."""

from __future__ import annotations

import pytest

from einsum_grad.guess.fit import Misfit, misfit
from tests.patterns import unchecked


def found(truth: str, guess: str) -> Misfit | None:
    return misfit(unchecked(truth), unchecked(guess), ["dZ", "W"], "X")


@pytest.mark.parametrize("guess", ["ik,jk->ij", "ab,cb->ac", "ik,jl->ij", "ia,jb->ij"])
def test_labels_that_bind_the_same_axes_fit(guess: str) -> None:
    assert found("ik,jk->ij", guess) is None


@pytest.mark.parametrize("guess", ["ik,jk->bij", "ab,cb->bac"])
def test_an_output_only_label_is_one_of_the_pattern(guess: str) -> None:
    assert (found("ik,jk->bij", guess) is None) is (guess == "ik,jk->bij")


@pytest.mark.parametrize(
    ("guess", "label"),
    [("ki,jk->ij", "k"), ("ik,jk->ji", "j"), ("ik,jk->jj", "i"), ("ik,jk->kij", "k")],
)
def test_sizes_that_may_differ_do_not_fit(guess: str, label: str) -> None:
    misfit = found("ik,jk->ij", guess)
    assert misfit is not None
    assert misfit.label == label
