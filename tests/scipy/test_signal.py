"""einsum_grad.scipy.signal: convolutions are bilinear, so differences with step 1 are exact."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import einsum_grad as eg
from einsum_grad.errors import ArgumentError, OperandError
from tests.autograd.rules.orders import check_two_orders
from tests.autograd.rules.table import Array, np, numbers, tensor
from tests.tries import tries

sg = pytest.importorskip("scipy.signal")
convolve: Any = eg.scipy.signal.convolve

PAIRS = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=1, max_size=2)


@settings(max_examples=tries(150))
@given(PAIRS, st.sampled_from(["full", "same", "valid"]), st.booleans())
def test_convolutions_of_all_axes_are_scipys(sizes: Any, mode: str, turn: bool) -> None:
    first, second = (numbers(*(pair[n] for pair in sizes)) for n in (0, 1))
    second = second * np.exp(0.4j) if turn else second
    less = {n < m for n, m in sizes if n != m}
    if mode == "valid" and len(less) == 2:
        with pytest.raises(OperandError, match="a valid filter is not longer"):
            convolve(tensor(first), second, mode)
        return
    expected = sg.convolve(first, second, mode, "direct")
    for one, other in ((tensor(first), second), (first, tensor(second))):
        np.testing.assert_allclose(convolve(one, other, mode).data, expected, atol=1e-12)
    np.testing.assert_allclose(convolve(first, second, mode), expected, atol=1e-12)
    eg.check_gradients(lambda a, b: convolve(a, b, mode), first, second, step=1)
    if expected.size < 30:
        check_two_orders(lambda a, b: convolve(a, b, mode), first, second)


def by_definition(a: Array, b: Array) -> Array:
    """Of pictures [n c h w] and filters [m c h w]: their full convolutions [n m h w]."""
    parts = [[sum(sg.convolve(x, y) for x, y in zip(p, f, strict=True)) for f in b] for p in a]
    return np.array(parts)  # type: ignore[no-any-return]  # np is Any here


def test_pairs_of_axes_are_convolved_or_summed() -> None:
    a, b = numbers(2, 3, 4, 5), numbers(2, 3, 2, 3)
    axes = {"axes": ([2, 3], [2, 3]), "dot_axes": ([1], [1])}
    found = convolve(tensor(a), b, **axes).data
    np.testing.assert_allclose(found, by_definition(a, b), atol=1e-12)
    np.testing.assert_allclose(convolve(b, a, **axes), by_definition(b, a), atol=1e-12)
    for mode, cut in (("same", np.s_[..., :-1, 1:-1]), ("valid", np.s_[..., 1:-1, 2:-2])):
        expected = by_definition(a, b)[cut]
        np.testing.assert_allclose(convolve(a, b, mode, **axes), expected, atol=1e-12)
    eg.check_gradients(lambda a, b: convolve(a, b, "same", **axes), a, b, step=1)


def test_other_axes_come_before_those_that_are_convolved() -> None:
    assert convolve(np.ones((7, 2)), np.ones((3, 4, 5)), axes=([0], [2])).shape == (2, 3, 4, 11)
    assert convolve(np.ones((2, 3)), np.ones((4, 5)), axes=([1], [0])).shape == (2, 5, 6)


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ArgumentError, match="the mode is full, same, valid, not 'no'"):
        convolve(np.ones(2), np.ones(2), "no")
    with pytest.raises(OperandError, match="arrays of as many axes each"):
        convolve(np.ones(2), np.ones((2, 2)))
    assert eg.scipy.signal.lfilter is sg.lfilter
