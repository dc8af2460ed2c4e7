"""Residues add and multiply like numbers, also in NumPy arrays, and refuse everything else."""

from __future__ import annotations

import operator
from collections.abc import Callable
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from einsum_grad.certify.residue import PRIME, Residue, constant, drawn, entries, filled, inner

whole = st.integers(-(10**30), 10**30)


def parts(residue: Residue) -> tuple[int, int]:
    return residue.re, residue.im


def test_the_prime_leaves_no_root_of_minus_one() -> None:
    assert PRIME == 2305843009213693951
    assert PRIME % 4 == 3
    assert pow(-1 % PRIME, (PRIME - 1) // 2, PRIME) == PRIME - 1


@given(whole, whole, whole, whole)
def test_they_are_the_complex_whole_numbers_modulo_the_prime(
    a: int, b: int, c: int, d: int
) -> None:
    one, other = Residue(a, b), Residue(c, d)
    assert parts(one + other) == ((a + c) % PRIME, (b + d) % PRIME)
    assert parts(one - other) == ((a - c) % PRIME, (b - d) % PRIME)
    assert parts(one * other) == ((a * c - b * d) % PRIME, (a * d + b * c) % PRIME)
    assert parts(one.conjugate()) == (a % PRIME, -b % PRIME)
    assert parts(-one) == (-a % PRIME, -b % PRIME)
    assert parts(+one) == parts(one)


@given(whole, whole, st.integers(0, 9))
def test_a_power_is_a_product(a: int, b: int, exponent: int) -> None:
    product = Residue(1)
    for _ in range(exponent):
        product = product * Residue(a, b)
    assert parts(Residue(a, b) ** exponent) == parts(product)


@given(whole, whole)
def test_the_inverse_of_what_is_not_zero_gives_one(a: int, b: int) -> None:
    residue = Residue(a, b)
    if residue.is_zero():
        with pytest.raises(ZeroDivisionError):
            residue.inverse()
    else:
        assert parts(residue * residue.inverse()) == (1, 0)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_is_its_exact_fraction(number: float) -> None:
    exact, found = Fraction(number), constant(number)
    assert found is not None
    assert found.re * exact.denominator % PRIME == exact.numerator % PRIME
    assert found.degree == found.im == 0


@pytest.mark.parametrize("number", [1, 1.0, np.int8(1), np.float32(1), True, np.True_, 1 + 0j])
def test_numbers_of_python_and_numpy_are_constants(number: Any) -> None:
    variable = Residue(5, 0, 1)
    for result in (variable * number, number * variable, variable / number):
        assert isinstance(result, Residue)
        assert (result.re, result.degree) == (5, 1)
    assert (number + variable).re == (variable + number).re == 6
    assert (number - variable).re == -4 % PRIME


@pytest.mark.parametrize("number", [float("nan"), float("inf"), "1", None, [1]])
def test_what_is_no_number_is_no_constant(number: Any) -> None:
    assert constant(number) is None
    with pytest.raises(TypeError):
        Residue(1) + number


def test_the_degree_is_that_of_the_polynomial() -> None:
    x, y = Residue(2, 0, 1), Residue(3, 0, 1)
    assert (x * y + x).degree == 2
    assert (x**5).degree == 5
    assert (x * 7 / 3 - 1).degree == 1
    assert (-x.conjugate()).degree == 1
    assert (x - x).degree == 1, "a bound, not the degree itself"


@pytest.mark.parametrize(
    "refused",
    [
        lambda x: x == x,
        lambda x: x != 1,
        lambda x: x < 1,
        lambda x: x >= x,
        bool,
        abs,
        float,
        int,
        hash,
        iter,
        lambda x: 1 / x,
        lambda x: x / x,
        lambda x: x // 2,
        lambda x: x % 2,
        lambda x: x**0.5,
        lambda x: x**-1,
        np.abs,
        np.sqrt,
        np.exp,
        lambda x: np.maximum(x, 0),
        lambda x: np.asarray(x).astype(float),
        lambda x: np.where(np.asarray(x), 1, 0),
        lambda x: np.zeros(2).__setitem__(0, x),
    ],
)
def test_what_is_no_polynomial_is_refused(refused: Callable[[Any], Any]) -> None:
    with pytest.raises((TypeError, ValueError)):
        refused(Residue(2, 0, 1))


def numbers(shape: tuple[int, ...], seed: int) -> tuple[Any, Any]:
    """The same Gaussian integers as residues and as Python's complex numbers."""
    random = np.random.default_rng(seed)
    plain = random.integers(-9, 10, shape) + 1j * random.integers(-9, 10, shape)
    residues = (Residue(int(x.real), int(x.imag), 1) for x in plain.flat)
    return filled(residues, shape), plain


def agree(got: Any, expected: Any) -> bool:
    return np.shape(got) == np.shape(expected) and all(
        parts(one) == (int(other.real) % PRIME, int(other.imag) % PRIME)
        for one, other in zip(entries(got), np.asarray(expected).flat, strict=True)
    )


@pytest.mark.parametrize(
    "call",
    [
        lambda x, w: x @ w,
        lambda x, w: np.matmul(x, w, out=np.empty((3, 3), x.dtype)),
        lambda x, w: np.tensordot(x, w, axes=((1, 0), (0, 1))),
        np.dot,
        lambda x, w: np.einsum("ij,jk->ik", x, w),
        lambda x, w: np.einsum("ij,jk->", x, w),
        lambda x, w: np.einsum("ij,jk,kl->il", x, w, x, optimize=True),
        lambda x, w: np.vecdot(x, w.T),
        lambda x, w: np.matvec(x, w[:, 0]),
        lambda x, w: np.multiply(x, w.T, out=np.empty(x.shape, x.dtype)),
        lambda x, w: x.sum(),
        lambda x, w: x.sum(axis=(0, 1))[None, None] * np.ones((1, 1), x.dtype),
        lambda x, w: np.add.reduce(x, axis=0),
        lambda x, w: np.ones(3, x.dtype) @ x,
        lambda x, w: x.mean(axis=0) * 3,
        lambda x, w: np.broadcast_to(x.sum(), (2, 2)),
        lambda x, w: x.conj() * np.conj(w).T,
        lambda x, w: x.reshape(4, 3).transpose(1, 0)[:, ::-1].copy(),
    ],
)
def test_numpy_computes_on_arrays_of_them(call: Callable[[Any, Any], Any]) -> None:
    (x, plain_x), (w, plain_w) = numbers((3, 4), 0), numbers((4, 3), 1)
    expected = call(plain_x, plain_w)
    assert agree(call(x, w), expected)


def test_a_diagonal_is_written_through_a_view() -> None:
    x, plain = numbers((3,), 0)
    full = np.zeros((3, 3), x.dtype)
    np.einsum("ii->i", full)[...] = x
    assert agree(full, np.diag(plain))


def test_a_bare_residue_acts_as_a_0d_array() -> None:
    alone: Any = Residue(3, 1, 1)
    assert (alone.shape, alone.ndim, alone.dtype) == ((), 0, np.dtype(object))
    assert alone[None, None].shape == (1, 1)
    assert np.asarray(alone).shape == ()
    assert alone.copy()[()] is alone
    with pytest.raises(AttributeError):
        operator.attrgetter("no_such_thing")(alone)


@pytest.mark.parametrize("is_complex", [False, True])
def test_variables_are_drawn_from_the_whole_field(is_complex: bool) -> None:
    array = drawn(Random(0), (20, 20), is_complex)
    assert array.shape == (20, 20)
    assert {residue.degree for residue in array.flat} == {1}
    assert max(residue.re for residue in array.flat) > PRIME * 0.9
    assert (max(residue.im for residue in array.flat) > PRIME * 0.9) is is_complex


def test_an_entry_that_is_no_number_is_refused() -> None:
    with pytest.raises(TypeError, match="an entry is None"):
        entries(np.array([Residue(1), None], object))


def test_the_inner_product_conjugates_its_first_argument_if_asked() -> None:
    one, other = filled([Residue(1, 2)], (1,)), filled([Residue(3, 4)], (1,))
    assert parts(inner(one, other, conjugate=False)) == (-5 % PRIME, 10)
    assert parts(inner(one, other, conjugate=True)) == (11, -2 % PRIME)
