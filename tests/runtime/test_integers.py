"""Derivatives of integers and bools: exact in their operand's dtype, or refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import einsum_grad as eg
from einsum_grad.errors import DTypeError

_DTYPES = ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]


def _filled(dtype: str, value: int, *shape: int) -> Any:
    return np.full(shape, value, dtype)


@pytest.mark.parametrize(
    ("pattern", "cotangent", "operands"),
    [
        ("i,i->", 2, [_filled("uint8", 200, 1)] * 2),
        ("i,i->", 2, [_filled("int8", 127, 1)] * 2),
        ("i,j->", 1, [_filled("uint8", 1, 300)] * 2),
        ("i,j->", 1, [_filled("bool", 1, 3)] * 2),
        ("i,i->", True, [_filled("bool", 1, 1), _filled("int64", 2, 1)]),
        ("i,i->", 1, [_filled("uint8", 1, 1), _filled("int8", -1, 1)]),
        ("i,i->", -1, [_filled("uint8", 1, 1)] * 2),
        ("i,j->", 1 << 40, [_filled("int64", 1 << 22, 2), _filled("int64", 1 << 22, 2)]),
        ("i,i->", 1 << 63, [_filled("uint64", 2, 1)] * 2),
        ("ij->i", np.full(2, 400), [_filled("uint8", 1, 2, 3)]),
        ("i,i->i", np.full(3, 300), [_filled("uint8", 1, 1), _filled("uint8", 1, 3)]),
        ("ij,jk,kl->il", np.full((9, 9), 9), [_filled("int16", 9, 9, 9)] * 3),
        ("ij,ij->", 2, [_filled("uint8", 200, 1000, 1000)] * 2),
    ],
)
def test_what_the_dtype_of_an_operand_cant_hold_is_refused(
    pattern: str, cotangent: Any, operands: list[Any]
) -> None:
    f = eg.compile(pattern)
    out, pullback = f.vjp(*operands)
    ways: list[Callable[[], Any]] = [
        lambda: f.backward(cotangent, *operands),
        lambda: f.value_and_gradients(cotangent, *operands),
        lambda: pullback(cotangent),
        lambda: pullback(cotangent),
        lambda: f.hvp(operands, [None] * len(operands), cotangent),
    ]
    for differentiate in ways:
        with pytest.raises(DTypeError, match="floating point"):
            differentiate()
    plain = np.einsum(pattern, *operands)
    assert np.array_equal(out, plain)
    assert out.dtype == plain.dtype


@given(st.data())
def test_gradients_are_exact_or_refused(data: st.DataObject) -> None:
    pattern = data.draw(st.sampled_from(["i,i->", "ij,jk->ik", "ij,j,ik->k", "ij->j", "i,ij->ji"]))
    inputs, output = pattern.split("->")
    operands = [_drawn(data, term) for term in inputs.split(",")]
    f, whole = eg.compile(pattern), [operand.astype(object) for operand in operands]
    plain = np.einsum(pattern, *operands)
    assert np.array_equal(f(*operands), plain)
    assert f(*operands).dtype == plain.dtype
    cotangent = np.full([2 for _ in output], data.draw(st.integers(0, 3)))
    for place, operand in enumerate(operands):
        exact = _swapped(inputs.split(","), output, place, cotangent.astype(object), whole)
        backward = eg.compile(pattern, place).backward
        if _holds(exact, operand.dtype):
            (gradient,) = backward(cotangent, *operands)
            assert gradient.dtype == operand.dtype
            assert np.array_equal(gradient, exact)
        else:
            with pytest.raises(DTypeError):
                backward(cotangent, *operands)


def _drawn(data: st.DataObject, term: str) -> Any:
    dtype = np.dtype(data.draw(st.sampled_from(_DTYPES[:-1])))
    low, high = _limits(dtype)
    near = st.integers(max(low, -(1 << 20)), min(high, 1 << 20))
    values = data.draw(st.lists(near, min_size=2 ** len(term), max_size=2 ** len(term)))
    return np.array(values, dtype).reshape([2] * len(term))


def _swapped(terms: list[str], output: str, place: int, cotangent: Any, operands: list[Any]) -> Any:
    """The gradient in Python integers, by loops over all labels, each of size 2."""
    labels = sorted(set("".join(terms)))
    gradient = np.zeros(operands[place].shape, object)
    for index in np.ndindex(*[2] * len(labels)):
        at = dict(zip(labels, index, strict=True))
        term = cotangent[tuple(at[x] for x in output)]
        for number, other in enumerate(terms):
            if number != place:
                term = term * int(operands[number][tuple(at[x] for x in other)])
        gradient[tuple(at[x] for x in terms[place])] += term
    return gradient


def _limits(dtype: np.dtype[Any]) -> tuple[int, int]:
    if dtype.kind == "b":
        return 0, 1
    known = np.iinfo(cast("Any", dtype))
    return int(known.min), int(known.max)


def _holds(exact: Any, dtype: np.dtype[Any]) -> bool:
    low, high = _limits(dtype)
    return all(low <= value <= high for value in exact.flat)


def test_integers_that_fit_have_their_gradients_and_tangents() -> None:
    f, x, w = eg.compile("ij,jk->ik"), np.arange(6).reshape(2, 3), np.arange(12).reshape(3, 4)
    g = np.arange(8).reshape(2, 4)
    dx, dw = f.backward(g, x, w)
    assert np.array_equal(dx, g @ w.T)
    assert np.array_equal(dw, x.T @ g)
    assert dx.dtype == dw.dtype == np.int64
    small = [array.astype(np.int8) for array in (x, w)]
    out, tangent = f.jvp(small, [small[0], None])
    assert out.dtype == tangent.dtype == np.int8
    assert np.array_equal(tangent, x @ w)


def test_the_largest_numbers_that_fit_are_exact() -> None:
    for dtype in ("int64", "uint64"):
        most = np.iinfo(dtype).max
        one, large = _filled(dtype, 1, 1), _filled(dtype, most, 1)
        assert eg.compile("i,i->").backward(1, one, large)[0].tolist() == [most]
        assert eg.compile("i,i->").jvp((one, large), (one, None))[1] == most
        assert eg.compile("i->").backward(most, one)[0].tolist() == [most]


@pytest.mark.parametrize("dtype", ["uint8", "int8", "bool"])
def test_tangents_that_dont_fit_are_refused_and_the_output_is_numpys(dtype: str) -> None:
    x = np.full(300, np.iinfo(dtype).max if dtype != "bool" else 1, dtype)
    f = eg.compile("i,i->")
    out, tangent = f.jvp((x, x), (None, None))
    assert out == np.einsum("i,i->", x, x)
    assert tangent == 0
    with pytest.raises(DTypeError, match="tangent"):
        f.jvp((x, x), (x, None))
    one, none = np.ones(1, dtype), np.zeros_like(x)
    with pytest.raises(DTypeError, match="product beside"):
        eg.compile("i,i,j->", 0).hvp((one, one, none), (None, None, x), 1)


@pytest.mark.parametrize("dtype", ["uint8", "int8", "bool", "int16"])
def test_linear_maps_of_small_integers_dont_wrap(dtype: str) -> None:
    x = np.full(2, np.iinfo(dtype).max if dtype != "bool" else 1, dtype)
    jacobian = eg.compile("i,i->").jacobian(0).at(x, x)
    assert np.array_equal(jacobian.materialize(), x)
    assert (jacobian @ np.array([1.0, 2.0])) == 3.0 * float(x[0])
    for use in (
        lambda: jacobian @ x,
        lambda: x @ jacobian.T,
        (jacobian + jacobian).materialize,
        (jacobian + jacobian).compressed().materialize,
        *([] if dtype == "bool" else [(jacobian * 3).materialize]),  # a bool times 3 is an int
        (jacobian.T @ jacobian @ jacobian.T).materialize,
    ):
        with pytest.raises(DTypeError, match="floating point"):
            use()


def test_linear_maps_of_large_integers_dont_wrap() -> None:
    x = np.full(4, 1 << 61)
    jacobian = eg.compile("i,i->").jacobian(0).at(x, x)
    assert jacobian.materialize().tolist() == x.tolist()
    assert jacobian.rmatvec(3).tolist() == [3 << 61] * 4
    for use in (
        lambda: jacobian @ np.ones(4, int),
        (jacobian + jacobian + jacobian + jacobian).materialize,
        lambda: jacobian * 8 @ np.ones(4, int),
    ):
        with pytest.raises(DTypeError, match="floating point"):
            use()
