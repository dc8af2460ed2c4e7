"""What is certified: a module at some sizes, with some numbers; and points at which it is run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import numpy as np

from einsum_grad.certify.arithmetic import Arithmetic, Residues, binary_fractions
from einsum_grad.certify.arrays import ARRAYS
from einsum_grad.certify.claim import Claim
from einsum_grad.certify.definition import evaluate
from einsum_grad.certify.residue import Array, Residue
from einsum_grad.certify.sizes import small_sizes, spread
from einsum_grad.errors import ArgumentError
from einsum_grad.lower import PLAIN, Traits
from einsum_grad.plan import UNIT, Labels, Pattern, Shape, check_labels

_MOST_FACTORS = 4_000_000
"""The limit of gradients times operands: 2,000 of each take half a minute."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is certified, and at which sizes."""

    module: Any
    pattern: Pattern
    wrt: tuple[int, ...]
    traits: Traits
    real: tuple[int, ...]
    sizes: tuple[dict[str, int], ...]
    arithmetic: Arithmetic

    @property
    def conjugate(self) -> bool:
        """Whether gradients have the conjugates of the other factors."""
        return self.traits.complex and self.traits.conjugate

    @property
    def degree(self) -> int:
        """The degree of the polynomials that are compared, as far as the einsum makes it."""
        return _degree(self.pattern, self.wrt)

    def is_complex(self, operand: int | None = None) -> bool:
        """Whether an operand, or by default the output, is complex."""
        return self.traits.complex and operand not in self.real

    def shapes(self, sizes: Mapping[str, int]) -> tuple[Shape, ...]:
        """The shapes of the operands."""
        return tuple(_shape(term, sizes) for term in self.pattern.inputs)


@dataclass(slots=True)
class Point:
    """Inputs on which the code runs, and the highest degree among its results."""

    case: Case
    sizes: dict[str, int]
    operands: list[Array]
    directions: list[Array]
    cotangent: Array
    degree: int = 0

    def saw(self, *residues: Residue) -> None:
        """Note the degrees of results."""
        self.degree = max([self.degree, *(residue.degree for residue in residues)])


def cases_of(module: Any, claim: Claim, sizes: Mapping[str, int]) -> tuple[Case, ...]:
    """The case of a module and its claim; two for real and complex numbers.

    Raises `ArgumentError` for sizes that don't go.
    """
    runs, count = len(claim.wrt), len(claim.pattern.inputs)
    if runs * count > _MOST_FACTORS:
        raise ArgumentError(
            f"a certificate runs the einsum of {count} operands once for each of {runs} gradients, "
            f"but may at most {_MOST_FACTORS // count} times: choose operands with wrt"
        )
    pattern, fixed = spread(claim.pattern), dict(claim.sizes)
    check_labels(sizes, pattern)
    for label, size in sizes.items():
        if fixed.get(label, size) != size:
            raise ArgumentError(f"{label} is {size} in sizes, but {fixed[label]} in the code")
    for label, size in {**sizes, **fixed}.items():
        if not size:  # NumPy's sum of no objects is the int 0, which has no dtype
            raise ArgumentError(
                f"a certificate needs sizes of at least 1, but {label} has size 0, which leaves no "
                "numbers or only zeros; use check instead"
            )
    small = small_sizes(pattern, {**sizes, **fixed})
    arithmetic = _arithmetic(claim, pattern, small)
    case = Case(module, pattern, claim.wrt, claim.traits, claim.real, small, arithmetic)
    real = replace(case, traits=PLAIN, arithmetic=arithmetic.of_reals())
    return (case, real) if claim.alike else (case,)


def _arithmetic(claim: Claim, pattern: Pattern, sizes: tuple[Mapping[str, int], ...]) -> Arithmetic:
    """Residues for NumPy, fractions for the libraries that have no arrays of objects."""
    if claim.library not in ARRAYS:
        return Residues()
    degree, count = _degree(pattern, claim.wrt), len(pattern.inputs)
    arrays = ARRAYS[claim.library]()
    return binary_fractions(arrays, sizes, count, degree, claim.traits.complex)


def _degree(pattern: Pattern, wrt: tuple[int, ...]) -> int:
    return len(pattern.inputs) + bool(wrt)


def point_of(case: Case, sizes: dict[str, int], random: Random) -> Point:
    """Random inputs of these sizes."""

    def draw(term: Labels, operand: int | None = None) -> Array:
        return case.arithmetic.draw(random, _shape(term, sizes), case.is_complex(operand))

    def draw_all() -> list[Array]:
        return [draw(term, operand) for operand, term in enumerate(case.pattern.inputs)]

    return Point(case, sizes, draw_all(), draw_all(), draw(case.pattern.output))


def _shape(term: Labels, sizes: Mapping[str, int]) -> Shape:
    return tuple(1 if label == UNIT else sizes[label] for label in term)


def output_of(point: Point, *operands: Array) -> Array:
    """What `forward` should return."""
    case = point.case
    return evaluate(case.pattern, point.sizes, operands).astype(case.arithmetic.dtype)


def gradient_of(point: Point, operand: int) -> Array:
    """What the gradient by an operand should be, by definition of the swapped pattern."""
    case = point.case
    factors = [np.conj(array) if case.conjugate else array for array in point.operands]
    factors[operand] = point.cotangent
    found = evaluate(case.pattern.swap(operand), point.sizes, factors)
    return found.astype(case.arithmetic.dtype)
