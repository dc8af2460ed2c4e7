"""`einops_einsum`: what einops.einsum gives, and what it refuses."""

from __future__ import annotations

from typing import Any

import einops
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import einsum_grad as eg
from einsum_grad.errors import ArgumentTypeError, EinsumGradError, OperandError, PatternError
from tests.strategies import LETTERS, Case, cases, implicit, laid_out, seeds, whole
from tests.tries import tries

einops_einsum: Any = einops.einsum
"""Without its overloads, which know four operands."""

NAMES = ("batch", "i", "j2", "_", "in_channels", "Heads", "x", "β", "軸", "größe")
"""Names that einops takes, for the first of `LETTERS`."""


@settings(max_examples=tries(400))
@given(
    cases(generalised=False, letters=LETTERS[: len(NAMES)]),
    st.sampled_from(("i4", "f4", "f8", "c8", "c16")),
    seeds,
    st.data(),
)
def test_equals_einops_bit_by_bit(case: Case, dtype: str, seed: int, data: st.DataObject) -> None:
    operands = [
        data.draw(laid_out(whole(shape, dtype, seed + n))) for n, shape in enumerate(case.shapes)
    ]
    pattern = written(case, data)
    if case.sums_ellipsis:
        with pytest.raises(ValueError, match=r"ellips|more dimensions"):
            einops_einsum(*operands, pattern)
        assert eg.einops_einsum(*operands, pattern).shape == case.result_shape
        return
    expected = einops_einsum(*operands, pattern)
    found = eg.einops_einsum(*operands, pattern)
    assert type(found) is type(expected)
    np.testing.assert_array_equal(found, expected, strict=True)
    traced = eg.einops_einsum(*map(eg.Tensor, operands), pattern)
    np.testing.assert_array_equal(traced.data, expected, strict=True)


def written(case: Case, data: st.DataObject) -> str:
    """The pattern with an output, and with any number of spaces wherever there may be some."""
    names = dict(zip(LETTERS, NAMES, strict=False))
    output = implicit(case.inputs) if case.output is None else case.output
    spaces = st.text(" ", max_size=2)

    def told(term: tuple[str, ...]) -> str:
        between = [" " + data.draw(spaces) for _ in term]
        own = "".join(a + names.get(x, x) for a, x in zip(between, term, strict=True))
        return own + data.draw(spaces)

    return ",".join(map(told, case.inputs)) + "->" + told(output)


def test_a_tensor_is_recorded() -> None:
    x = eg.Tensor(np.arange(6.0).reshape(2, 3), requires_grad=True)
    w = np.array([1.0, 10.0, 100.0])
    eg.einops_einsum(x, w, "row col, col -> row").backward([1.0, 2.0])
    assert x.grad is not None
    np.testing.assert_array_equal(x.grad, np.outer([1.0, 2.0], w))


def test_outputs_that_einops_refuses() -> None:
    x = np.array([1.0, np.nan])
    square = eg.einops_einsum(x, "i -> i i")
    np.testing.assert_array_equal(square, [[1, 0], [0, np.nan]])
    assert eg.einops_einsum(x, "i -> i copy", sizes={"copy": 3}).shape == (2, 3)
    assert eg.einops_einsum(np.ones((2, 3)), "... i -> i").tolist() == [2, 2, 2]


def test_an_order_of_contraction_may_be_given() -> None:
    a, b, c = (whole(shape, "f8", 3) for shape in ((2, 3), (3, 4), (4, 5)))
    asked: list[Any] = []

    def optimizer(*terms: Any) -> list[tuple[int, int]]:
        asked.append(terms)
        return [(1, 2), (0, 1)]

    for optimize in ([(1, 2), (0, 1)], "greedy", ("greedy", 10), False, optimizer):
        found = eg.einops_einsum(a, b, c, "i j, j k, k l -> i l", optimize=optimize)
        np.testing.assert_array_equal(found, a @ b @ c)
    assert asked


X = np.ones((2, 3))


@pytest.mark.parametrize(
    ("args", "error", "message"),
    [
        ((), OperandError, r"a pattern are wanted, as in einops_einsum\(x, w, "),
        ((X,), OperandError, "a pattern are wanted"),
        (("i j -> i",), OperandError, "one operand or more"),
        (("i j -> i", X), ArgumentTypeError, "comes last, and not first.*type ndarray"),
        ((X, 3), ArgumentTypeError, "pattern comes last, as in.*type int"),
        ((X, "i j"), PatternError, "the output is missing: end the pattern with -> names"),
        ((X, "i j -> k"), PatternError, "output has k, which no operand has"),
        ((X, X, "i j -> i"), OperandError, "1 operand, but 2 were given"),
        ((X, "i j, j k -> i"), OperandError, "2 operands, but 1 was given"),
        ((X, "i -> i"), OperandError, r"operand 0 \(X\) has shape \(2, 3\), which is 2 axes"),
        ((X, "(i j) -> i"), PatternError, "neither grouped nor split"),
        ((X, "i 1 -> i"), PatternError, "a digit"),
        ((X, "i j -> i -> j"), PatternError, "one arrow, and this is the second"),
        ((X, "i .. -> i"), PatternError, "three dots"),
        ((X, X, "i j, j i -> i"), OperandError, "sizes of 'j' disagree"),
        ((X, "->" * 100_000), PatternError, "the limit is"),
    ],
    ids=lambda value: f"{value!r:.40}",
)
def test_what_is_wrong_is_said(args: tuple[Any, ...], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        eg.einops_einsum(*args)
    with pytest.raises((ValueError, TypeError, RuntimeError, einops.EinopsError)):
        einops_einsum(*args)


things: st.SearchStrategy[Any] = st.one_of(
    st.text("ij ->,.(1_", max_size=8),
    st.sampled_from(["i j -> i", "i j, j k -> i k", "... -> ...", "i -> i i"]),
    st.sampled_from([np.ones((2, 2)), np.ones(2), np.ones(()), np.array([None]), 3, None]),
)


@given(st.lists(things, max_size=4))
def test_any_call_is_answered_or_refused(args: list[Any]) -> None:
    try:
        eg.einops_einsum(*args)
    except EinsumGradError:
        return
