"""Binary fractions are so short that nothing which an einsum computes of them is rounded."""

from __future__ import annotations

import math
from fractions import Fraction
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from einsum_grad.certify.arithmetic import BinaryFractions, binary_fractions
from einsum_grad.certify.arrays import NUMPY_ARRAYS
from einsum_grad.errors import ArgumentError

DOUBLE = 2**53
SPARE = 2**4


def fractions(size: int, count: int, is_complex: bool) -> BinaryFractions:
    return binary_fractions(NUMPY_ARRAYS, [{"i": size}, {"i": 1}], count, count + 1, is_complex)


@pytest.mark.parametrize("is_complex", [False, True])
@pytest.mark.parametrize("count", range(1, 13))
def test_the_largest_result_is_exact_with_room_to_spare(count: int, is_complex: bool) -> None:
    size = 5
    numbers = fractions(size, count, is_complex)
    assert size * (numbers.most * math.sqrt(1 + is_complex)) ** count * SPARE <= DOUBLE
    assert size * (2 * numbers.most * math.sqrt(1 + is_complex)) ** count * SPARE > DOUBLE, "wasted"


@pytest.mark.parametrize("is_complex", [False, True])
@pytest.mark.parametrize("count", range(1, 13))
def test_so_many_trials_stand_for_one_that_a_mistake_is_hardly_missed(
    count: int, is_complex: bool
) -> None:
    numbers = fractions(5, count, is_complex)
    missed = Fraction(count + 1, numbers.choices)
    assert missed**numbers.repeats < 1e-17 <= missed ** (numbers.repeats - 1)


@given(st.integers(0, 1000), st.sampled_from((1, 2, 3, 8)), st.booleans())
def test_numbers_are_of_the_choices_and_compute_exactly(
    seed: int, count: int, is_complex: bool
) -> None:
    numbers = fractions(4, count, is_complex)
    scale = 2 ** numbers.most.bit_length()
    arrays = [numbers.draw(Random(seed + place), (2, 2), is_complex) for place in range(count)]
    product, exact = arrays[0], gaussian(arrays[0])
    for array in arrays:
        assert array.dtype == numbers.dtype
        assert not array.flags.writeable
        for part in (array.real, array.imag):
            whole = part * scale
            assert (whole == whole.round()).all()
            assert abs(whole).max() <= numbers.most
    for array in arrays[1:]:
        product = product * array
        pairs = zip(exact, gaussian(array), strict=True)
        exact = [(a * c - b * d, a * d + b * c) for (a, b), (c, d) in pairs]
    real, imaginary = zip(*exact, strict=True)
    assert gaussian(product.sum()) == [(sum(real), sum(imaginary))]


def gaussian(array: np.ndarray | np.generic) -> list[tuple[Fraction, Fraction]]:
    """The entries' real and imaginary parts, exactly."""
    return [(Fraction(each.real), Fraction(each.imag)) for each in np.asarray(array).flat]


def test_more_operands_than_there_are_choices_for_are_refused() -> None:
    with pytest.raises(ArgumentError, match="products of 20 numbers in NumPy's double precision"):
        fractions(5, 20, False)
    with pytest.raises(ArgumentError, match="certify fewer operands at once, smaller sizes, or"):
        fractions(2**52, 2, False)


def test_a_result_is_read_or_told_why_not() -> None:
    numbers = fractions(5, 2, True)
    assert isinstance(numbers.read(np.ones(2) * 1j, (2,)), np.ndarray)
    assert isinstance(numbers.read(np.float64(1), ()), np.ndarray), "the real part alone"
    assert numbers.read(1.0, ()) == "it is of type float, and no array of NumPy"
    assert numbers.read(np.ones(2), (3,)) == "it has shape (2,), but should have (3,)"
    assert (
        numbers.read(np.ones(2, "f4"), (2,)) == "it has dtype float32, whatever the operands have"
    )
    assert numbers.read(np.full(2, np.inf), (2,)) == "an entry is nan or infinite"
    assert isinstance(numbers.of_reals().read(np.ones(2) * 1j, (2,)), str)
