"""`Pattern` to `Formula`: an equation with indices, sums and deltas."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from einsum_grad.plan.normal import diagonals
from einsum_grad.plan.pattern import UNIT, Labels, Pattern, distinct

ZERO = "0"
"""The index of a broadcasting axis of size 1."""


@dataclass(frozen=True, slots=True)
class Factor:
    """An entry of an array, with an index per axis, or its derivative by the entries in `by`."""

    name: str
    indices: Labels
    by: tuple[Factor, ...] = ()

    def rename(self, names: Mapping[str, str]) -> Factor:
        """The factor with indices renamed; those missing from `names` stay."""
        indices = tuple(names.get(index, index) for index in self.indices)
        return Factor(self.name, indices, tuple(factor.rename(names) for factor in self.by))

    def labels(self) -> Labels:
        """The labels among its indices, each once."""
        every = (*self.indices, *(label for factor in self.by for label in factor.labels()))
        return tuple(label for label in distinct(every) if label != ZERO)


@dataclass(frozen=True, slots=True)
class Formula:
    """One equation: `left` is the sum over `sums` of the product of deltas and factors.

    A delta is 1 where its indices are equal, else 0. The labels that are not summed are those of
    `left`; if `left` has one twice, its entries off that diagonal are 0. `place` is the factor of
    interest, which is shown even when many are left out.
    """

    left: Factor
    deltas: tuple[Labels, ...]
    sums: Labels
    factors: tuple[Factor, ...]
    place: int = 0

    def labels(self) -> Labels:
        """Every label once, those of `left` first."""
        return distinct((*self.left.labels(), *self.sums))

    def rename(self, names: Mapping[str, str]) -> Formula:
        """The formula with labels renamed; those missing from `names` stay."""
        return dataclasses.replace(
            self,
            left=self.left.rename(names),
            deltas=tuple(tuple(names.get(x, x) for x in delta) for delta in self.deltas),
            sums=tuple(names.get(x, x) for x in self.sums),
            factors=tuple(factor.rename(names) for factor in self.factors),
        )

    def own(self) -> Labels:
        """A distinct index for each axis of `left`, without primes where it is free."""
        return fresh(self.left.indices, set(self.sums))

    def pattern(self) -> Pattern:
        """The pattern of the factors and `left`."""
        return Pattern(
            tuple(_axes(factor.indices) for factor in self.factors), _axes(self.left.indices)
        )


def stated(pattern: Pattern, operands: Sequence[str], name: str, place: int = 0) -> Formula:
    """The equation of `pattern`; a label that its output repeats is repeated on the left."""
    return Formula(
        left=Factor(name, _indices(pattern.output)),
        deltas=(),
        sums=pattern.contracted(),
        factors=tuple(
            Factor(operand, _indices(term))
            for operand, term in zip(operands, pattern.inputs, strict=True)
        ),
        place=place,
    )


def with_deltas(formula: Formula) -> Formula:
    """The formula with a distinct index for each axis on the left; deltas equate them.

    >>> swapped = Pattern((("j",), ("i", "j")), ("i", "i"))
    >>> with_deltas(stated(swapped, ("dZ", "W"), "dX")).deltas
    (('i', "i'"),)
    """
    left = formula.left
    own = formula.own()
    repeated = diagonals(_axes(left.indices))
    return dataclasses.replace(
        formula,
        left=dataclasses.replace(left, indices=own),
        deltas=(*formula.deltas, *(tuple(own[axis] for axis in axes) for _, axes in repeated)),
    )


def fresh(indices: Labels, taken: Iterable[str]) -> Labels:
    """Each index with the fewest primes that make it new; 0 stays 0.

    >>> fresh(("i", "i", "0", "j"), ("i", "j", "j'"))
    ("i'", "i''", '0', "j''")
    """
    used = set(taken)
    found = []
    for index in indices:
        label = index.rstrip("'")
        while label in used:
            label += "'"
        used.update({label} - {ZERO})
        found.append(label)
    return tuple(found)


def _indices(term: Labels) -> Labels:
    return tuple(ZERO if label == UNIT else label for label in term)


def _axes(indices: Labels) -> Labels:
    return tuple(UNIT if index == ZERO else index for index in indices)
