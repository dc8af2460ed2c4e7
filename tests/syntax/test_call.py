import itertools
from typing import Any

import numpy as np
import opt_einsum  # type: ignore[import-untyped]  # it has no hints
import pytest
from hypothesis import given
from hypothesis import strategies as st

from einsum_grad.errors import ArgumentTypeError, EinsumGradError, OperandError, PatternError
from einsum_grad.syntax import equation_of, parse, read_call


def test_text_and_operands() -> None:
    assert read_call(("ij,jk->ik", 1, 2)) == ("ij,jk->ik", (1, 2), None)


@pytest.mark.parametrize(
    ("args", "text", "operands"),
    [
        (("x", [0, 1]), "AB", ("x",)),
        (("x", [0, 1], [1, 0]), "AB->BA", ("x",)),
        (("x", [0, 0], []), "AA->", ("x",)),
        (("x", [Ellipsis, 0], "y", (0,), [Ellipsis]), "...A,A->...", ("x", "y")),
        (("x", [25, 26, 51]), "Zaz", ("x",)),
        (("x", np.array([0, 1]), np.array([1])), "AB->B", ("x",)),
        (("x", []), "", ("x",)),
        (([1, 2], range(1)), "A", ([1, 2],)),
        (("x", [True, np.int8(2)]), "BC", ("x",)),
    ],
)
def test_sublists_are_the_same_language(
    args: tuple[Any, ...], text: str, operands: tuple[Any, ...]
) -> None:
    args = tuple(object() if isinstance(arg, str) else arg for arg in args)
    read, found, _ = read_call(args)
    assert read == text
    assert len(found) == len(operands)
    assert all(one is other for one, other in zip(found, args[: 2 * len(found) : 2], strict=True))


def test_integers_sort_as_np_einsum_sorts_them() -> None:
    """The implicit output is sorted by number, and A to Z stand before a to z."""
    text, _, letters = read_call((np.ones((2, 3)), [30, 2]))
    assert (text, letters) == ("eC", {30: "e", 2: "C"})
    numpys: Any = np.einsum
    assert numpys(np.ones((2, 3)), [30, 2]).shape == (3, 2)


@pytest.mark.parametrize(
    ("sublists", "text"),
    [
        ([[0, 60], [60, 2], [0, 2]], "AC,CB->AB"),
        ([[-1, 10**30], [10**30], [-1]], "AB,B->A"),
        ([["a", "b"], ["b", "c"], ["a", "c"]], "AB,BC->AC"),
        (["ab", "bc", "ac"], "AB,BC->AC"),
        ([("time", "space"), ("space",), ["time"]], "BA,A->B"),
        ([[..., "k"], [..., "k"], [...]], "...A,...A->..."),
        ([[(1, 2), (0,)], [(0,), (3,)], [(1, 2), (3,)]], "BA,AC->BC"),
        ([[0.5, np.int8(3)], [3], [0.5]], "AB,B->A"),
        ([[None, "i", 3, ...], [3], ["i", None]], "ABC...,C->BA"),
        ([np.array(["x", "y"]), np.array(["y"]), np.array(["x"])], "AB,B->A"),
    ],
)
def test_anything_hashable_is_a_label(sublists: list[Any], text: str) -> None:
    *terms, output = sublists
    args = [arg for term in terms for arg in (object(), term)]
    assert read_call([*args, output])[0] == text


@given(
    st.sampled_from((st.integers(), st.text(max_size=3), st.tuples(st.integers(0, 3), st.text())))
    .flatmap(lambda labels: st.lists(st.lists(labels, max_size=5), min_size=1, max_size=5))
    .filter(lambda terms: len({label for term in terms for label in term}) <= 26)
)
def test_labels_agree_with_opt_einsum(terms: list[list[Any]]) -> None:
    """Of more than 26 labels opt_einsum puts some of an implicit output before smaller ones."""
    shaped = [arg for term in terms for arg in (np.ones((2,) * len(term)), term)]
    inputs, output, _ = opt_einsum.parser.parse_einsum_input(shaped)
    equation = parse(read_call(shaped)[0])
    ours = "".join(label.name for label in equation.labels())
    names = dict(zip(inputs.replace(",", ""), ours, strict=True))
    assert equation.text == "".join(names.get(char, char) for char in inputs)
    once = sorted(label for label in ours if ours.count(label) == 1)
    assert [names[label] for label in output] == once


def test_letters_of_any_number_of_labels_are_in_the_order_of_the_labels() -> None:
    sublists = [list(range(start, start + 60)) for start in range(0, 57_600, 60)]
    equation, letters = equation_of(sublists)
    del sublists
    assert list(letters) == list(range(57_600))
    assert sorted(letters.values()) == list(letters.values())
    assert len({label.name for label in equation.labels()}) == 57_600


@pytest.mark.parametrize(
    ("args", "error", "message"),
    [
        ((), OperandError, "needs a pattern and at least one operand"),
        ((3,), OperandError, "an einsum needs a pattern, but got only an operand of type int"),
        ((object(), 1), ArgumentTypeError, "followed by its sublist of labels.*type int"),
        (
            (object(), "ij->ji"),
            ArgumentTypeError,
            r"go before the operands: einsum\('ij->ji', …",
        ),
        ((object(), "i j"), ArgumentTypeError, "subscripts go before the operands"),
        ((object(), [0], 3), ArgumentTypeError, "followed by its sublist.*type int"),
        ((object(), [[0]]), ArgumentTypeError, "integers, Ellipsis and hashable labels.*list"),
        (
            (object(), [0, "a"]),
            ArgumentTypeError,
            "sorted, but these labels can't be: write the output",
        ),
        ((object(), [..., ...]), PatternError, "a term has at most one ellipsis"),
        ((object(), range(66)), OperandError, "more than 64 labels"),
        ((object(), itertools.repeat(0)), OperandError, "more than 64 labels"),
    ],
)
def test_mistakes_in_a_call(
    args: tuple[Any, ...], error: type[EinsumGradError], message: str
) -> None:
    with pytest.raises(error, match=message):
        read_call(args)


things = (
    st.none() | st.integers() | st.text() | st.lists(st.integers() | st.just(...)) | st.floats()
)


@given(st.lists(things, max_size=5))
def test_any_call_is_parsed_or_refused(args: list[Any]) -> None:
    try:
        text, operands, letters = read_call(args)
    except EinsumGradError:
        return
    assert (letters is None) == isinstance(args[0], str)
    if letters is not None:
        assert len(operands) == len(args) // 2
        assert parse(text).notation == "letters"


def test_subscripts_of_bytes_are_read() -> None:
    assert read_call((b"ij->ji", 1)) == ("ij->ji", (1,), None)
    with pytest.raises(EinsumGradError):
        parse(read_call((b"\x80", 1))[0])
