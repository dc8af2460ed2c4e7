"""Functions of residues modulo a prime: random ones that know their own derivative alone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from fractions import Fraction

PRIME = 2305843009213690799
"""A prime below 2**61 of which half of its predecessor, `ORDER`, is one too: so the squares have
every root, and only one that is a square. It is 7 modulo 8, so 2 is a square."""

ORDER = (PRIME - 1) // 2

Dual = tuple[int, int]
"""A residue, and its derivative."""


class NoRootError(Exception):
    """A residue without a root, or zero without an inverse: another point has to be drawn."""


class UnknownFunctionError(Exception):
    """A function that has no exact counterpart here."""


def residue(value: Fraction) -> int:
    """A fraction modulo the prime."""
    return value.numerator * pow(value.denominator, -1, PRIME) % PRIME


def random(*key: object) -> int:
    """A residue that depends on `key`, as if drawn at random."""
    digest = hashlib.blake2b(repr(key).encode(), digest_size=16).digest()
    return int.from_bytes(digest, "big") % PRIME


def rank(seed: int, value: int) -> int:
    """What residues are ordered by: a random order, so that comparisons go either way."""
    return random(seed, "order", value % PRIME)


def sign(seed: int, value: int) -> int:
    """The sign of a residue in that order."""
    return 0 if not value else 1 if rank(seed, value) > rank(seed, 0) else -1


def inverse(value: int) -> int:
    """One over a residue; raises `NoRootError` for zero."""
    if not value % PRIME:
        raise NoRootError
    return pow(value, -1, PRIME)


def power(value: int, exponent: Fraction) -> int:
    """A power; raises `NoRootError` for a root of what is no square."""
    if exponent.denominator == 1:
        base = value if exponent >= 0 else inverse(value)
        return pow(base, abs(exponent.numerator), PRIME)
    if pow(value, ORDER, PRIME) != 1:
        raise NoRootError
    root = pow(exponent.denominator, -1, ORDER)
    return pow(value, exponent.numerator * root % ORDER, PRIME)


def exponential(seed: int, value: int) -> int:
    """A random function of which f(-u) is 1 / f(u)."""
    if value > PRIME // 2:
        return inverse(random(seed, "exp", PRIME - value))
    return random(seed, "exp", value)


def sigmoid(seed: int, value: int) -> int:
    """1 / (1 + exp(-u))."""
    return inverse(1 + exponential(seed, -value % PRIME))


def applied(seed: int, function: str, value: int) -> Dual:
    """A function of one number and its derivative; `UnknownFunctionError` for another."""
    rule = _FUNCTIONS.get(function)
    if rule is None:
        raise UnknownFunctionError(function)
    one, slope = rule(seed, value)
    return one % PRIME, slope % PRIME


def _exp(seed: int, u: int) -> Dual:
    found = exponential(seed, u)
    return found, found


def _log(seed: int, u: int) -> Dual:
    return random(seed, "log", u), inverse(u)


def _expm1(seed: int, u: int) -> Dual:
    found = exponential(seed, u)
    return found - 1, found


def _tanh(seed: int, u: int) -> Dual:
    found = random(seed, "tanh", u)
    return found, 1 - found * found


def _sigmoid(seed: int, u: int) -> Dual:
    found = sigmoid(seed, u)
    return found, found * (1 - found)


def _abs(seed: int, u: int) -> Dual:
    return sign(seed, u) * u, sign(seed, u)


def _relu(seed: int, u: int) -> Dual:
    positive = int(sign(seed, u) > 0)
    return positive * u, positive


_FUNCTIONS: Mapping[str, Callable[[int, int], Dual]] = {
    "exp": _exp,
    "log": _log,
    "log1p": lambda seed, u: _log(seed, (1 + u) % PRIME),
    "expm1": _expm1,
    "sin": lambda seed, u: (random(seed, "sin", u), random(seed, "cos", u)),
    "cos": lambda seed, u: (random(seed, "cos", u), -random(seed, "sin", u)),
    "tanh": _tanh,
    "sigmoid": _sigmoid,
    "softplus": lambda seed, u: (random(seed, "softplus", u), sigmoid(seed, u)),
    "abs": _abs,
    "sign": lambda seed, u: (sign(seed, u), 0),
    "relu": _relu,
}
