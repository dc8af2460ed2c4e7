"""The numbers that code under test computes with, none of which is ever rounded.

NumPy's arrays of objects take residues. Other libraries have no such arrays, and for them there are
**binary fractions in double precision**, so short that sums of products of them are exact.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Protocol

import numpy as np

from einsum_grad.certify.arrays import NUMPY_ARRAYS, Arrays
from einsum_grad.certify.compare import misfit
from einsum_grad.certify.parts import parts_taken
from einsum_grad.certify.residue import PRIME, Array, drawn
from einsum_grad.errors import ArgumentError
from einsum_grad.plan import Shape

_BITS = 53
"""What a double holds; all whole numbers of so many bits, times a power of two, are exact."""

_SPARE_BITS = 4
"""Those that no result needs: code may compute in another way, with larger numbers on its way."""

_DIGITS = 17
"""A trial is repeated until a mistake is missed with a chance of one in ten to this power."""

_MOST_REPEATS = 400
"""The choices for 13 matrices need 200 of them, which take two seconds."""


class Arithmetic(Protocol):
    """Exact numbers of a library.

    Each number is one of `choices`. A trial that is asked for is made `repeats` times, so that few
    choices are as good as many.
    """

    @property
    def arrays(self) -> Arrays:
        """The library's arrays."""

    @property
    def dtype(self) -> str:
        """The dtype of operands and of the output."""

    @property
    def choices(self) -> int:
        """How many values each number is drawn from."""

    @property
    def repeats(self) -> int:
        """How many trials stand for one of those asked for."""

    def of_reals(self) -> Arithmetic:
        """The same for real numbers."""

    def unmodelled(self, function: Any) -> Collection[str]:
        """What `function` does with complex numbers that these can't model."""

    def draw(self, random: Random, shape: Shape, is_complex: bool) -> Array:
        """An array of variables, NumPy's."""

    def read(self, got: Any, shape: Shape) -> Array | str:
        """The numbers of a result as NumPy's array, or why it is no array of this shape."""


@dataclass(frozen=True, slots=True)
class Residues:
    """Residues modulo a prime, which know the degree of the polynomial that made them."""

    arrays: Arrays = NUMPY_ARRAYS
    dtype: str = "object"
    choices: int = PRIME
    repeats: int = 1

    def of_reals(self) -> Residues:
        """The same: a residue without an imaginary part is real."""
        return self

    def unmodelled(self, function: Any) -> Collection[str]:
        """The parts of numbers that it takes."""
        return parts_taken(function)

    def draw(self, random: Random, shape: Shape, is_complex: bool) -> Array:
        """An array of random residues."""
        array = drawn(random, shape, is_complex)
        array.flags.writeable = False  # code that writes to its operands must fail
        return array

    def read(self, got: Any, shape: Shape) -> Array | str:
        """The residues of a result."""
        return misfit(got, shape) or np.asarray(got, object)


@dataclass(frozen=True, slots=True)
class BinaryFractions:
    """Fractions m/2ᵏ with |m| at most `most`, 2ᵏ larger than that, in double precision.

    Complex ones have two of them. Code that only adds, multiplies and moves them rounds nothing, as
    long as no number of its own needs more than 53 bits.
    """

    arrays: Arrays
    dtype: str
    most: int
    repeats: int

    @property
    def choices(self) -> int:
        """How many fractions there are."""
        return _choices(self.most)

    def of_reals(self) -> BinaryFractions:
        """The same fractions, as real numbers."""
        return replace(self, dtype="float64")

    def unmodelled(self, function: Any) -> Collection[str]:
        """Nothing: the numbers are the library's own."""
        return ()

    def draw(self, random: Random, shape: Shape, is_complex: bool) -> Array:
        """An array of random fractions."""
        parts = [self._part(random, shape), *([self._part(random, shape)] if is_complex else [])]
        array = np.zeros(shape, self.dtype)
        for unit, part in zip((1, 1j), parts, strict=False):
            array += unit * part
        array.flags.writeable = False
        return array

    def _part(self, random: Random, shape: Shape) -> Array:
        whole = [random.randint(-self.most, self.most) for _ in range(math.prod(shape))]
        return np.array(whole, float).reshape(shape) / 2.0 ** self.most.bit_length()

    def read(self, got: Any, shape: Shape) -> Array | str:
        """The numbers of a result; a complex one may have the dtype of its real part."""
        if not isinstance(got, self.arrays.kinds):
            return f"it is of type {type(got).__name__}, and no array of {self.arrays.library}"
        if tuple(got.shape) != shape:
            return f"it has shape {tuple(got.shape)}, but should have {shape}"
        if str(got.dtype).removeprefix("torch.") not in (self.dtype, "float64"):
            return f"it has dtype {got.dtype}, whatever the operands have"
        found = self.arrays.back(got)
        return found if np.isfinite(found).all() else "an entry is nan or infinite"


def binary_fractions(
    arrays: Arrays, sizes: Sequence[Mapping[str, int]], count: int, degree: int, is_complex: bool
) -> BinaryFractions:
    """The fractions for products of `count` numbers, summed over labels of these sizes.

    `degree` is that of the polynomials that are compared. Raises `ArgumentError` for too many
    operands: the fractions would be so short that there are too few.

    >>> few = binary_fractions(NUMPY_ARRAYS, [{"i": 2, "j": 4}], 2, 3, False)
    >>> few.most, few.choices, few.repeats
    (8388608, 16777217, 3)
    """
    terms = max(math.prod(known.values()) for known in sizes)
    bits = _BITS - _SPARE_BITS - math.log2(terms)
    most = int(2 ** (bits / count - (0.5 if is_complex else 0)))
    digits = math.log10(_choices(most) / degree)
    if digits * _MOST_REPEATS < _DIGITS:
        raise ArgumentError(
            f"products of {count} numbers in {arrays.library}'s double precision are exact for "
            f"{_choices(most)} values of each, which is too few for a certificate: certify fewer "
            "operands at once, smaller sizes, or the module of target numpy"
        )
    repeats = math.ceil(_DIGITS / digits)
    return BinaryFractions(arrays, "complex128" if is_complex else "float64", most, repeats)


def _choices(most: int) -> int:
    return 2 * most + 1
