"""NumPy on residues modulo a prime: what a module of an expression is run on."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np

from einsum_grad.certify.expression.dual import Array, inverted
from einsum_grad.certify.expression.field import (
    PRIME,
    applied,
    inverse,
    power,
    random,
    rank,
    residue,
)

_SIMPLE = 10**6
"""A float is the fraction with a denominator below this that rounds to it, if there is one."""


class Number:
    """A residue with the arithmetic and the order of the random point `seed`."""

    __slots__ = ("seed", "value")

    def __init__(self, value: int, seed: int) -> None:
        self.value, self.seed = value % PRIME, seed

    __hash__ = None  # type: ignore[assignment]  # equal to plain numbers, whose hashes differ

    def __pow__(self, exponent: Any) -> Any:
        """A constant power, or that of a residue as a whole number."""
        if isinstance(exponent, np.ndarray):
            return NotImplemented
        if isinstance(exponent, Number):
            return Number(pow(self.value, exponent.value, PRIME), self.seed)
        return Number(power(self.value, as_fraction(exponent)), self.seed)

    def __rpow__(self, base: Any) -> Any:
        return Number(pow(as_residue(base), self.value, PRIME), self.seed)

    def __neg__(self) -> Number:
        return Number(-self.value, self.seed)

    def __bool__(self) -> bool:
        return self.value != 0

    def __getattr__(self, name: str) -> Any:
        """What NumPy's scalars have of arrays, `x.shape` or `x.sum()`."""
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._alone(), name)

    def __getitem__(self, index: Any) -> Any:
        return self._alone()[index]

    def _alone(self) -> Array:
        array = np.empty((), object)
        array[()] = self
        return array

    def conjugate(self) -> Number:
        """Itself: NumPy's products of vectors call this."""
        return self


def _operation(operation: Callable[[int, Any], int], swapped: bool = False) -> Any:
    """An operator of numbers, by their residues; arrays take it entry by entry."""

    def apply(self: Number, other: Any) -> Any:
        if isinstance(other, np.ndarray):
            return NotImplemented
        found = as_residue(other)
        one, two = (found, self.value) if swapped else (self.value, found)
        return Number(operation(one, two), self.seed)

    return apply


def _comparison(compare: Callable[[int, int], bool]) -> Any:
    """A comparison of numbers in the random order."""

    def apply(self: Number, other: Any) -> Any:
        if isinstance(other, np.ndarray):
            return NotImplemented
        return compare(rank(self.seed, self.value), rank(self.seed, as_residue(other)))

    return apply


_OPERATIONS: Mapping[str, Callable[[int, int], int]] = {
    "add": operator.add,
    "mul": operator.mul,
    "sub": operator.sub,
    "truediv": lambda one, other: one * inverse(other),
}

for _name, _function in _OPERATIONS.items():
    setattr(Number, f"__{_name}__", _operation(_function))
    setattr(Number, f"__r{_name}__", _operation(_function, swapped=True))
for _name in ("lt", "le", "gt", "ge", "eq", "ne"):
    setattr(Number, f"__{_name}__", _comparison(getattr(operator, _name)))


def as_residue(value: Any) -> int:
    """The residue of a number in the code; `TypeError` for anything else."""
    return value.value if isinstance(value, Number) else residue(as_fraction(value))


def as_fraction(value: Any) -> Fraction:
    """A number in the code as it is meant: of a third, say, a float has the first digits."""
    if isinstance(value, int | np.integer | np.bool_):
        return Fraction(int(value))
    if not isinstance(value, float):
        raise TypeError(f"this is no real number: {value!r:.40}")
    simple = Fraction(value).limit_denominator(_SIMPLE)
    return simple if float(simple) == value else Fraction(repr(float(value)))


class Exact:
    """What stands in the place of `np` in a module, at the random point `seed`.

    Functions that are no arithmetic are those of the certificate's field; what moves, adds and
    multiplies entries is NumPy's own.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.pi = Number(random(seed, "pi"), seed)
        self.linalg = SimpleNamespace(inv=self._inv, det=self._det, slogdet=self._slogdet)

    def __getattr__(self, name: str) -> Any:
        """A function of the field, of arrays of numbers, or else NumPy's own."""
        if name in _OF_ENTRIES:
            return self._entries(lambda u: applied(self.seed, name, u)[0])
        return getattr(np, name)

    def numbers(self, residues: Any) -> Array:
        """Residues, or numbers of the code, as an array."""
        given = np.asarray(residues, object)
        made = np.empty(given.shape, object)
        for place in np.ndindex(given.shape):
            made[place] = Number(as_residue(given[place]), self.seed)
        return made

    def _entries(self, function: Callable[[int], int]) -> Callable[[Any], Array]:
        return lambda x: self.numbers(np.vectorize(lambda u: function(as_residue(u)), [object])(x))

    def sqrt(self, x: Any) -> Array:
        """The root that is a square itself."""
        return self._entries(lambda u: power(u, Fraction(1, 2)))(x)

    def logaddexp(self, zero: Any, x: Any) -> Array:
        """Softplus."""
        if zero != 0:
            raise TypeError("logaddexp is known for 0 alone")
        return self._entries(lambda u: applied(self.seed, "softplus", u)[0])(x)

    def maximum(self, one: Any, other: Any) -> Array:
        """The one that comes later in the random order."""
        one, other = np.broadcast_arrays(self.numbers(one), self.numbers(other))
        return np.asarray(np.where(one >= other, one, other))

    def minimum(self, one: Any, other: Any) -> Array:
        """The one that comes first in the random order."""
        one, other = np.broadcast_arrays(self.numbers(one), self.numbers(other))
        return np.asarray(np.where(one >= other, other, one))

    def sigmoid(self, x: Any) -> Array:
        """That of the field."""
        return self._entries(lambda u: applied(self.seed, "sigmoid", u)[0])(x)

    def logsumexp(self, x: Any, axis: Any = None) -> Array:
        """A random function of a set of numbers."""
        axes = range(x.ndim) if axis is None else (axis,) if isinstance(axis, int) else axis
        rest = [each for each in range(x.ndim) if each not in axes]
        ordered = x.transpose(*rest, *axes)
        made = np.empty(ordered.shape[: len(rest)], object)
        for place in np.ndindex(made.shape):
            entries = sorted(as_residue(each) for each in ordered[place].flat)
            made[place] = random(self.seed, "logsumexp", entries)
        return self.numbers(made)

    def full(self, shape: tuple[int, ...], value: Any) -> Array:
        """An array of one number."""
        return self.numbers(np.full(shape, value, object))

    def eye(self, size: int) -> Array:
        """The identity matrix."""
        return self.numbers(np.eye(size, dtype=int))

    def asarray(self, value: Any) -> Array:
        """A number as an array."""
        return self.numbers(value)

    def zeros(self, shape: tuple[int, ...], dtype: Any = None) -> Array:
        """An array of zeros that can be written to."""
        return self.numbers(np.zeros(shape, int))

    def _matrices(self, x: Array, place: int) -> Array:
        made = np.empty(x.shape[:-2], object)
        for at in np.ndindex(made.shape):
            made[at] = inverted(np.vectorize(as_residue, [object])(x[at]))[place]
        return made

    def _inv(self, x: Array) -> Array:
        stack = self._matrices(x, 0)
        found = [stack[at] for at in np.ndindex(stack.shape)]
        return self.numbers(np.array(found, object).reshape(x.shape))

    def _det(self, x: Array) -> Array:
        return self.numbers(self._matrices(x, 1))

    def _slogdet(self, x: Array) -> tuple[None, Array]:
        logs = self._entries(lambda u: random(self.seed, "logdet", u))
        return None, logs(self._matrices(x, 1))


_OF_ENTRIES = frozenset({"exp", "log", "log1p", "expm1", "sin", "cos", "tanh", "abs", "sign"})

HELPERS = ("sigmoid", "logsumexp")
"""The functions of a module that those of the field replace."""


def replaced(seed: int) -> Mapping[str, Any]:
    """What takes the place of a module's names at a random point."""
    exact = Exact(seed)
    return {"np": exact, **{name: getattr(exact, name) for name in HELPERS}}
