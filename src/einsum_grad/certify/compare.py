"""How arrays of residues differ from the expected ones, in words."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from einsum_grad.certify.residue import PRIME, Array, Residue, constant, entries
from einsum_grad.plan import Shape

_LARGEST = 1000
_ROUNDED = 1e-12
"""Doubles that differ less than so much times the largest differ by how they were rounded."""


def misfit(got: Any, shape: Shape) -> str | None:
    """Why `got` is no array of this shape with numbers of the operands' dtype."""
    if not isinstance(got, np.ndarray) and constant(got) is None:
        return f"it is of type {type(got).__name__}, and no array"
    if np.shape(got) != shape:
        return f"it has shape {np.shape(got)}, but should have {shape}"
    if isinstance(got, np.ndarray) and got.dtype != object:
        return f"it has dtype {got.dtype}, whatever the operands have"
    try:
        entries(got)
    except TypeError as error:
        return str(error)
    return None


def difference(got: Any, expected: Array) -> str | None:
    """How the entries of `got` differ from those of `expected`, which has the same shape."""
    pairs = list(zip(entries(got), entries(expected), strict=True))
    wrong = [place for place, (one, other) in enumerate(pairs) if not (one - other).is_zero()]
    if not wrong:
        return None
    factor = _factor_of_doubles(got, expected) if _are_doubles(got, expected) else _factor(pairs)
    if factor == 1:
        return (
            "it differs in the last digits alone: something was rounded, such as a quotient, which "
            "a certificate can't compare"
        )
    if factor is not None:
        whole = factor.denominator == 1
        return f"it is {factor} {'times' if whole else 'of'} what it should be"
    if not expected.shape:
        return "it is another number"
    first = ",".join(map(str, np.unravel_index(wrong[0], expected.shape)))
    return f"{len(wrong)} of {len(pairs)} entries differ, [{first}] the first"


def _are_doubles(*arrays: Array) -> bool:
    return all(array.dtype.kind in "fc" for array in arrays)


def _factor_of_doubles(got: Array, expected: Array) -> Fraction | None:
    """The small rational factor by which all entries are off, as far as doubles tell."""
    sizes = np.abs(expected)
    largest = sizes.argmax()
    if not sizes.flat[largest]:
        return None
    ratio = float((got.flat[largest] / expected.flat[largest]).real)
    factor = Fraction(ratio).limit_denominator(_LARGEST)
    error = np.abs(got - float(factor) * expected).max() / sizes.flat[largest]
    return factor if error <= _ROUNDED and abs(factor.numerator) < _LARGEST else None


def _factor(pairs: Sequence[tuple[Residue, Residue]]) -> Fraction | None:
    """The small rational factor by which all entries are off, if there is one."""
    if any(other.is_zero() for _, other in pairs):
        return None
    (one, other), *rest = pairs
    ratio = one * other.inverse()
    if ratio.im or not all((one - ratio * other).is_zero() for one, other in rest):
        return None
    for below in range(1, _LARGEST):
        above = ratio.re * below % PRIME
        above -= PRIME * (above > PRIME // 2)
        if abs(above) < _LARGEST:
            return Fraction(above, below)
    return None
