"""Words in letters' notation are refused with what was meant; NumPy's own call takes them."""

from __future__ import annotations

import numpy as np
import pytest

import einsum_grad as eg
from einsum_grad.errors import PatternError
from einsum_grad.syntax import misplaced_space, parse


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ("batch i, i j -> batch j", 6, "each letter is a label here: for names use notation="),
        ("q head, k head -> head q k", 2, "each letter is a label here"),
        ("ij jk -> ik", 3, "a comma seems to be missing: 'ij,jk -> ik'"),
        ("ij jk", 3, "a comma seems to be missing: 'ij,jk'"),
        ("i jk->ik", 2, "a comma seems to be missing: 'i,jk->ik'"),
        ("ij  jk, kl -> il", 4, "a comma seems to be missing: 'ij,jk, kl -> il'"),
        ("ij, jk kl -> il", 7, "a comma seems to be missing: 'ij, jk,kl -> il'"),
        ("...ij jk -> ...ik", 6, "a comma seems to be missing: '...ij,jk -> ...ik'"),
        ("ab cd ef->acf", 3, "a comma seems to be missing: 'ab,cd,ef->acf'"),
        ("ij,jk -> i kl", 11, "the labels of the output stand together"),
    ],
)
def test_words_are_refused_with_what_was_meant(text: str, position: int, message: str) -> None:
    for use in (eg.compile, eg.explain, eg.emit):
        with pytest.raises(PatternError) as caught:
            use(text)
        assert str(caught.value).startswith(message)
        assert caught.value.position == position
    if "->" in text:
        with pytest.raises(PatternError, match=message.split(":", maxsplit=1)[0]):
            eg.check_guess("ij,jk->ik", 0, text)


@pytest.mark.parametrize(
    "text",
    [
        "i j, j k -> i k",
        " ij , jk -> ik ",
        "ij,jk->ik",
        "... i j, j k -> ... i k",
        "i,j",
        "...i j,jk",
    ],
)
def test_labels_that_stand_apart_or_together_are_labels(text: str) -> None:
    assert misplaced_space(parse(text)) is None


def test_names_are_words() -> None:
    assert misplaced_space(parse("batch i, i j -> batch j", "named")) is None


@pytest.mark.parametrize("text", ["ij kl->ik", "i jkl -> i k j"])
def test_numpys_call_takes_spaces_anywhere(text: str) -> None:
    x = np.arange(24.0).reshape(2, 3, 4, 1)
    expected = np.einsum(text, x)
    assert np.array_equal(eg.einsum(text, x), expected)
    tensor = eg.Tensor(x, requires_grad=True)
    eg.einsum(text, tensor).sum().backward()
    assert np.array_equal(tensor.grad, np.ones_like(x))


def test_with_sizes_the_language_is_that_of_compile() -> None:
    with pytest.raises(PatternError, match="a comma seems to be missing"):
        eg.einsum("ij jk->ik", np.ones((2, 2)), np.ones((2, 2)), sizes={})
