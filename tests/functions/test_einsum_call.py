"""`einsum` with a notation or sizes: the language of `compile`, in np.einsum's call."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import einsum_grad as eg
from einsum_grad.errors import (
    ArgumentError,
    ArgumentTypeError,
    DTypeError,
    EinsumGradError,
    OperandError,
    OrderError,
    PatternError,
)
from tests import definition
from tests.strategies import LETTERS, Case, cases, implicit, seeds, whole
from tests.tries import tries


def operands_of(case: Case, dtype: str, seed: int) -> list[Any]:
    return [whole(shape, dtype, seed + n) for n, shape in enumerate(case.shapes)]


@settings(max_examples=tries(200))
@given(cases(), st.sampled_from(("i8", "f4", "f8", "c16")), seeds, st.data())
def test_any_pattern_is_what_its_definition_says(
    case: Case, dtype: str, seed: int, data: st.DataObject
) -> None:
    operands = operands_of(case, dtype, seed)
    expected = definition.forward(case, operands).astype(dtype)
    optimize = data.draw(st.sampled_from(("auto", True, False, None, "greedy", "dp")))
    found = [
        eg.einsum(case.letters, *operands, sizes=case.given, optimize=optimize),
        eg.einsum(*interleaved(case, operands), sizes=by_number(case), optimize=optimize),
    ]
    if case.output is not None:  # an implicit one is sorted by name
        sizes = case.named_given or None
        found.append(eg.einsum(case.named, *operands, notation="named", sizes=sizes))
    for one in found:
        assert np.shape(one) == case.result_shape
        np.testing.assert_array_equal(np.asarray(one), expected, strict=True)


def number(label: str) -> Any:
    """An integer that np.einsum has no letter for."""
    return ... if label == "..." else 60 + LETTERS.index(label)


def interleaved(case: Case, operands: list[Any]) -> list[Any]:
    """The arguments in the form of operands and sublists, with the output."""
    lists = [[*map(number, term)] for term in case.inputs]
    output = implicit(case.inputs) if case.output is None else case.output
    return [*itertools.chain(*zip(operands, lists, strict=True)), [*map(number, output)]]


def by_number(case: Case) -> dict[Any, int]:
    return {number(label): size for label, size in case.given.items()}


@pytest.mark.parametrize(
    ("keywords", "dtype"),
    [
        ({"dtype": np.float64}, "f8"),
        ({"dtype": "f2", "casting": "same_kind"}, "f2"),
        ({"dtype": "i8", "casting": "unsafe"}, "i8"),
        ({"order": "F"}, "f4"),
        ({"order": "C"}, "f4"),
        ({"order": None, "casting": "safe", "dtype": None, "out": None}, "f4"),
        ({"casting": "no"}, "f4"),
        ({"out": np.zeros((3, 3, 2))}, "f8"),
        ({"out": np.zeros((3, 3, 2), "f2"), "casting": "same_kind"}, "f2"),
        ({"out": np.zeros((3, 3, 2), order="F"), "dtype": "f2", "casting": "same_kind"}, "f8"),
        ({"optimize": "greedy", "dtype": complex}, "c16"),
        ({"optimize": ("greedy", 10)}, "f4"),
        ({"optimize": ["einsum_path", (0, 1)]}, "f4"),
        ({"optimize": [(0, 1)], "order": "F"}, "f4"),
        ({"optimize": lambda *_: [(0, 1)]}, "f4"),
    ],
    ids=str,
)
def test_keywords_combine(keywords: dict[str, Any], dtype: str) -> None:
    x, w = whole((4, 3), "f4", 1), whole((4,), "f4", 2)
    expected = np.zeros((3, 3, 2))
    expected[range(3), range(3)] = (x.T @ w)[:, None]
    calls: list[tuple[tuple[Any, ...], str]] = [
        (("ki,k->iib", x, w), "letters"),
        (("k i, k -> i i b", x, w), "named"),
        ((x, [9, 7], w, [9], [7, 7, "b"]), "letters"),
    ]
    for args, notation in calls:
        found = eg.einsum(*args, notation=notation, sizes={"b": 2}, **keywords)
        np.testing.assert_array_equal(found, expected.astype(dtype), strict=True)
        assert found is keywords.get("out") or keywords.get("out") is None
        if keywords.get("order"):
            assert found.flags.f_contiguous == (keywords["order"] == "F")


@pytest.mark.parametrize("keywords", [{}, {"dtype": complex}, {"order": "F"}, {"casting": "no"}])
def test_a_number_is_a_scalar_as_in_np_einsum(keywords: dict[str, Any]) -> None:
    x = np.arange(3.0)
    found = eg.einsum("name, name ->", x, x, notation="named", **keywords)
    expected = np.einsum("i,i->", x, x, **keywords)
    assert type(found) is type(expected)
    assert found == expected


def test_without_a_notation_or_sizes_it_stays_np_einsums() -> None:
    x = np.ones((3, 3))
    with pytest.raises(PatternError, match=r"i twice.*einsum\(…, sizes=\{\}\) and compile\(\)"):
        eg.einsum("ij->ii", x, notation="letters", sizes=None)
    with pytest.raises(PatternError, match=r"give its size: sizes=\{'b': …\}"):
        eg.einsum("ij->ijb", x)
    with pytest.raises(OperandError, match="give optimize=True"):
        eg.einsum("i...->i", x)
    assert eg.einsum("i...->i", x, sizes={}).tolist() == [3, 3, 3]
    assert eg.einsum("ij->ii", x, sizes={}).tolist() == (3 * np.eye(3)).tolist()
    assert eg.einsum("i ... -> i", x, notation="named").tolist() == [3, 3, 3]


def test_sizes_of_operands_labels_are_checked() -> None:
    x, row = np.ones((2, 3)), np.ones((1, 3))
    assert eg.einsum("ij,ij->ib", x, row, sizes={"i": 2, "j": 3, "b": 4}).shape == (2, 4)
    with pytest.raises(ArgumentError, match="i is 5 in sizes, and 2 in the operands' shapes"):
        eg.einsum("ij,ij->ib", x, row, sizes={"i": 5, "b": 4})
    with pytest.raises(ArgumentError, match="i is 5 in sizes, and 2"):
        eg.einsum("ij->ib", eg.Tensor(x), sizes={"i": 5, "b": 4})


def test_a_diagonal_is_zero_beside_nan_and_infinities() -> None:
    x = np.array([np.nan, np.inf, -np.inf, 0.0])
    expected = np.diag(x)
    for out in (None, np.full((4, 4), 7.0)):
        np.testing.assert_array_equal(eg.einsum("i->ii", x, sizes={}, out=out), expected)
    found = eg.einsum("i -> i i b", x, notation="named", sizes={"b": 2})
    np.testing.assert_array_equal(found, np.stack([expected, expected], -1))


X = np.ones((2, 3))


@pytest.mark.parametrize(
    ("args", "keywords", "error", "message"),
    [
        (("ij->ib", X), {"sizes": {}}, PatternError, "output has b, which no operand has"),
        (("ij->ib", X), {"sizes": {"q": 1}}, PatternError, "output has b"),
        (("ij->i", X), {"sizes": {"q": 1}}, ArgumentError, "'q'.*the labels are i, j"),
        (("ij->i", X), {"sizes": 3}, ArgumentTypeError, "sizes is a dict"),
        (("ij->ib", X), {"sizes": {"b": -1}}, ArgumentError, "must not be negative"),
        (("ij->ib", X), {"sizes": {"b": 1.5}}, ArgumentTypeError, "must be an int"),
        (("ij->i", X), {"notation": "words"}, ArgumentError, "letters, named, and not 'words'"),
        (("ij->i", X), {"notation": X}, ArgumentError, "letters, named, and not array"),
        (("i j -> (i j)", X), {"notation": "named"}, PatternError, "neither grouped nor split"),
        (("i j -> i", X, X), {"notation": "named"}, OperandError, "1 operand, but 2 were given"),
        (("i j k -> i", X), {"notation": "named"}, OperandError, r"shape \(2, 3\)"),
        ((X, [0, 1], [0]), {"notation": "named"}, ArgumentError, "notation is that of a text"),
        ((X, [0, 1], [0, 7]), {"sizes": {8: 2}}, ArgumentError, "8.*the labels are 0, 1, 7"),
        ((X, [0, 1], [0, 7]), {"sizes": 3}, ArgumentTypeError, "sizes is a dict"),
        (("i->ii", X[0]), {"sizes": {}, "out": np.ones(3)}, OperandError, r"out has shape \(3,\)"),
        (("i->ii", X[0]), {"sizes": {}, "out": [[1]]}, EinsumGradError, "out"),
        (("i->ii", X[0]), {"sizes": {}, "dtype": "f4"}, ArgumentTypeError, "float32.*'safe'"),
        (("i->ii", X[0]), {"sizes": {}, "casting": "?", "dtype": "f8"}, EinsumGradError, "casting"),
        (("i->ii", X[0]), {"sizes": {}, "order": "Q"}, OperandError, "order must be one of"),
        (("i->ii", X[0]), {"sizes": {}, "optimize": [(0, 9)]}, OrderError, "path"),
        (("i->ii", np.array([None])), {"sizes": {}}, DTypeError, "no arithmetic here"),
        (("i->ii", np.ma.ones(2)), {"sizes": {}}, DTypeError, "mask"),
        (("i->ii", X[0]), {"sizes": {}, "out": np.ma.ones((3, 3))}, DTypeError, "mask"),
        (("i...->ii", [[1], [1, 2]]), {"sizes": {}}, OperandError, "can't be made an array"),
    ],
    ids=str,
)
def test_what_does_not_fit_is_refused_by_name(
    args: tuple[Any, ...], keywords: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        eg.einsum(*args, **keywords)


things: st.SearchStrategy[Any] = st.one_of(
    st.text("ijα ,->.", max_size=8),
    st.sampled_from(["ij,jk->ik", "i->ii", "i->ib", "...->...b", "i i -> b", "i j -> j 3"]),
    st.sampled_from([np.ones((2, 2)), np.ones(2), np.ones(()), eg.Tensor(np.ones(2)), [1, [2]]]),
    st.lists(st.integers(-2, 60) | st.just(...) | st.text(max_size=2), max_size=3),
    st.none() | st.binary(max_size=2) | st.integers(0, 3),
)
keys = st.sampled_from(["b", "i", "", 3, ..., None, 1.5])
sizes = st.dictionaries(keys, st.sampled_from([0, 1, 2, -1, 10**30, None, "2"]), max_size=2)


@settings(max_examples=tries(300))
@given(
    st.lists(things, max_size=4),
    st.sampled_from(["letters", "named", "", None, 3, ["named"], np.ones(2)]),
    st.none() | sizes | st.sampled_from([3, [("b", 2)], "b", np.ones(2)]),
    st.sampled_from(
        ["auto", False, None, "greedy", ("greedy", 3), ["einsum_path", (0, 1)], [(0,)]]
    ),
)
def test_any_call_is_answered_or_refused(
    args: list[Any], notation: Any, given_sizes: Any, optimize: Any
) -> None:
    try:
        eg.einsum(*args, notation=notation, sizes=given_sizes, optimize=optimize)
    except EinsumGradError:
        return
