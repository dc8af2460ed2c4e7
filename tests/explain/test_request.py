"""The arguments that `explain` accepts and refuses."""

from __future__ import annotations

import itertools
import string
from typing import Any

import pytest

from einsum_grad.errors import ArgumentError, ArgumentTypeError, EinsumGradError, PatternError
from einsum_grad.explain import explain

CHAIN = ",".join(string.ascii_letters[n : n + 2] for n in range(30)) + "->aE"


def names(**options: Any) -> list[str]:
    return [entry["name"] for entry in explain(**options).to_dict()["gradients"]]


def test_wrt_selects_gradients_in_its_order() -> None:
    assert names(pattern="ab,bc,cd->ad", wrt=(2, 0)) == ["dC", "dA"]
    assert names(pattern="ab,bc,cd->ad", wrt=1) == ["dB"]


def test_of_very_many_operands_the_first_and_the_last_are_explained() -> None:
    explanation = explain(CHAIN)
    assert names(pattern=CHAIN) == ["dX0", "dX1", "dX29"]
    assert explanation.left_out == 27
    assert "27 more operands are left out" in str(explanation)


def test_of_many_operands_those_in_wrt_are_explained() -> None:
    explanation = explain(CHAIN, wrt=range(30))
    assert len(explanation.gradients) == 30
    assert explanation.left_out == 0
    assert "left out" not in str(explanation)


def test_of_25_operands_all_are_explained() -> None:
    assert len(names(pattern=",".join(string.ascii_letters[:25]))) == 25


def test_explanation_is_of_bounded_length_for_a_thousand_operands() -> None:
    labels = [chr(0xAC00 + number) for number in range(1001)]
    chain = ",".join(map("".join, itertools.pairwise(labels)))
    text = str(explain(chain))
    assert len(text) < 3000
    assert "the gradients of 997 more operands are left out" in text
    told = " ".join(text.split())
    assert "X0[가,각] · X1[각,갂] · X2[갂,갃] · … · X998[꿦,꿧] · X999[꿧,꿨]" in told


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"pattern": "ij->z"}, PatternError),
        ({"pattern": "ij", "wrt": 1}, ArgumentError),
        ({"pattern": "ij", "wrt": (0, 0)}, ArgumentError),
        ({"pattern": "ij", "sizes": {"k": 2}}, ArgumentError),
        ({"pattern": "ij", "sizes": {"i": -2}}, ArgumentError),
        ({"pattern": "ij", "sizes": {"i": "2"}}, ArgumentTypeError),
        ({"pattern": "ij", "notation": "tensors"}, ArgumentError),
        ({"pattern": "ij", "itemsize": 0}, ArgumentError),
        ({"pattern": "ij", "itemsize": "8"}, ArgumentError),
        ({"pattern": "ij", "shapes": [(2,)]}, EinsumGradError),
        ({"pattern": 3}, ArgumentTypeError),
    ],
)
def test_bad_arguments_are_refused(options: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        explain(**options)
