"""Residues: numbers modulo a large prime, on which generated code computes without rounding.

NumPy arrays of dtype object run any code that only adds, multiplies and moves entries. A residue
adds and multiplies, and refuses everything that is no polynomial: comparisons, roots, divisions by
non-constants. It also carries a bound on the degree of the polynomial that produced it, so the
Schwartz–Zippel bound is that of the code that actually ran, edited or not.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from random import Random
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

PRIME = 2**61 - 1
"""A Mersenne prime, congruent to 3 modulo 4, so -1 has no root and Z/p[i] is a field."""


class Residue:
    """A complex number `re + im·i` modulo `PRIME`, with a bound on its degree.

    Like NumPy's scalars, it acts as a 0-d array when asked for a shape, a dtype or a method: a sum
    over all axes of an object array returns the bare object.

    >>> half = Residue(1) / 2
    >>> half + half, Residue(3, 1).conjugate() * Residue(0, 1)
    (Residue(1, 0), Residue(1, 3))
    """

    __slots__ = ("degree", "im", "re")

    def __init__(self, re: int, im: int = 0, degree: int = 0) -> None:
        self.re = re % PRIME
        self.im = im % PRIME
        self.degree = degree

    def __add__(self, other: Any) -> Residue:
        if type(other) is not Residue and (other := constant(other)) is None:
            return NotImplemented
        degree = max(self.degree, other.degree)
        return Residue(self.re + other.re, self.im + other.im, degree)

    __radd__ = __add__

    def __mul__(self, other: Any) -> Residue:
        if type(other) is not Residue and (other := constant(other)) is None:
            return NotImplemented
        a, b, c, d = self.re, self.im, other.re, other.im
        return Residue(a * c - b * d, a * d + b * c, self.degree + other.degree)

    __rmul__ = __mul__

    def __neg__(self) -> Residue:
        return Residue(-self.re, -self.im, self.degree)

    def __pos__(self) -> Residue:
        return self

    def __sub__(self, other: Any) -> Any:
        return self + -other

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __pow__(self, exponent: Any) -> Residue:
        if not isinstance(exponent, (int, np.integer)) or exponent < 0:
            raise TypeError("a power is no polynomial unless its exponent is a whole number")
        power, square, left = Residue(1), self, int(exponent)
        while left:
            power, square, left = power * square if left % 2 else power, square * square, left // 2
        return power

    def __truediv__(self, other: Any) -> Residue:
        if type(other) is not Residue and (other := constant(other)) is None:
            return NotImplemented
        if other.degree:
            raise TypeError("a division by anything but a constant is no polynomial")
        return self * other.inverse()

    def __rtruediv__(self, other: Any) -> Residue:
        known = constant(other)
        return NotImplemented if known is None else known / self

    def __eq__(self, other: object) -> NoReturn:
        raise TypeError("a comparison is no polynomial")

    __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __eq__

    def __bool__(self) -> NoReturn:
        raise TypeError("a condition is no polynomial")

    def __float__(self) -> NoReturn:
        raise TypeError("a conversion to another dtype than the operands' is no polynomial")

    __int__ = __complex__ = __float__
    __hash__ = None  # type: ignore[assignment]  # what can't be compared has none
    __iter__ = None

    def __repr__(self) -> str:
        return f"Residue({self.re}, {self.im})"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # no NumPy protocol: NumPy must see an object
            raise AttributeError(name)
        return getattr(_alone(self), name)

    def __getitem__(self, index: Any) -> Any:
        return _alone(self)[index]

    @property
    def real(self) -> Residue:
        """The real part, which is a polynomial in the parts of the variables too."""
        return Residue(self.re, 0, self.degree)

    @property
    def imag(self) -> Residue:
        """The imaginary part."""
        return Residue(self.im, 0, self.degree)

    def conjugate(self) -> Residue:
        """The complex conjugate; NumPy's `conj` calls this."""
        return Residue(self.re, -self.im, self.degree)

    def inverse(self) -> Residue:
        """One divided by this; `ZeroDivisionError` for zero."""
        norm = (self.re * self.re + self.im * self.im) % PRIME
        if not norm:
            raise ZeroDivisionError("division by zero")
        scale = pow(norm, -1, PRIME)
        return Residue(self.re * scale, -self.im * scale, self.degree)

    def is_zero(self) -> bool:
        """Whether it is zero; a function, since code under test has no comparisons."""
        return not (self.re or self.im)


def constant(number: Any) -> Residue | None:
    """A number in the code as a residue of degree 0; a float is its exact binary fraction.

    >>> constant(0.5) + constant(0.5)
    Residue(1, 0)
    """
    if type(number) is Residue:
        return number
    if isinstance(number, (int, np.integer, np.bool_)):
        return Residue(int(number))
    if isinstance(number, (float, complex, np.inexact)):
        re, im = complex(number).real, complex(number).imag
        if math.isfinite(re) and math.isfinite(im):
            return Residue(_modulo(re), _modulo(im))
    return None


def _modulo(number: float) -> int:
    above, below = number.as_integer_ratio()
    return above * _inverse(below)


@lru_cache
def _inverse(power_of_two: int) -> int:
    return pow(power_of_two, -1, PRIME)


def _alone(residue: Residue) -> Array:
    array = np.empty((), object)
    array[()] = residue
    return array


def filled(residues: Iterable[Residue], shape: Sequence[int]) -> Array:
    """The residues as an array of this shape."""
    array = np.empty(math.prod(shape), object)
    for place, residue in enumerate(residues):
        array[place] = residue
    return array.reshape(shape)


def drawn(random: Random, shape: Sequence[int], is_complex: bool) -> Array:
    """An array of variables: random elements of the field, of degree 1."""
    return filled(
        (
            Residue(random.randrange(PRIME), random.randrange(PRIME) if is_complex else 0, 1)
            for _ in range(math.prod(shape))
        ),
        shape,
    )


def entries(array: Any) -> list[Residue]:
    """The entries of an array as residues; `TypeError` if one is no number.

    >>> entries(np.array([1, 0.5], object))
    [Residue(1, 0), Residue(1152921504606846976, 0)]
    """
    found = []
    for entry in np.asarray(array).flat:
        known = constant(entry)
        if known is None:
            raise TypeError(f"an entry is {entry!r:.40}, which is no number")
        found.append(known)
    return found


def inner(one: Any, other: Any, conjugate: bool) -> Residue:
    """The inner product; `conjugate` conjugates the entries of `one`."""
    total = Residue(0)
    for left, right in zip(entries(one), entries(other), strict=True):
        total += (left.conjugate() if conjugate else left) * right
    return total
