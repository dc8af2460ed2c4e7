"""Declarations of arrays."""

from typing import Any

import pytest

from einsum_grad.errors import ArgumentTypeError, ExpressionError
from einsum_grad.syntax import read_declarations


def test_one_text_and_a_dict_are_the_same() -> None:
    text = read_declarations("X: n d,\n a:, S: d d symmetric, c: n 1,")
    assert [each.axes for each in text] == [("n", "d"), (), ("d", "d"), ("n", "1")]
    assert [each.structure for each in text] == ["", "", "symmetric", ""]
    as_dict = {"X": "n d", "a": "", "S": "d d symmetric", "c": ("n", "1")}
    assert read_declarations(as_dict) == text


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("X: 3 n", "an axis has a name, or is 1"),
        ("X: n, X: d", "X is declared twice"),
        ("S: n d symmetric", "twice the same axis"),
        ("S: d symmetric d", "symmetric comes last"),
        ("S: d d symetric", "symetric is no structure: there is symmetric and diagonal"),
        ("S: d d Diag, x: d", "Diag is no structure"),
        ("S: d d psd", "psd is no structure"),
        ("X n", "'n' is not expected here"),
    ],
)
def test_mistakes_are_pointed_at(given: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=message):
        read_declarations(given)


@pytest.mark.parametrize("given", [3, {"x": 3}, {"x": [1]}, None])
def test_other_types_are_refused(given: Any) -> None:
    with pytest.raises(ArgumentTypeError, match="not of type"):
        read_declarations(given)
