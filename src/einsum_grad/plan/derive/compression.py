"""`LinearTerm` to its smallest parts: what a product with deltas has to store."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from einsum_grad.plan.derive.derivative import Labelled, LinearTerm
from einsum_grad.plan.path.order import NOMINAL_SIZE
from einsum_grad.plan.pattern import UNIT, Labels, Pattern, distinct


@dataclass(frozen=True, slots=True)
class Group:
    """Factors of a term that are connected by labels, and the labels to keep (the core)."""

    factors: tuple[Labelled, ...]
    core: Labels

    @property
    def pattern(self) -> Pattern:
        """The contraction of the factors to the core."""
        return Pattern(tuple(labels for _, labels in self.factors), self.core)

    def is_smaller(self, sizes: Mapping[str, int]) -> bool:
        """Whether the contraction has no more entries than the factors; not so for a low rank."""
        return count(self.core, sizes) <= sum(count(labels, sizes) for _, labels in self.factors)

    def stored(self, sizes: Mapping[str, int]) -> tuple[Labels, ...]:
        """The labels of the stored arrays."""
        return (self.core,) if self.is_smaller(sizes) else self.pattern.inputs


def groups(term: LinearTerm) -> tuple[Group, ...]:
    """Split the factors of `term` into groups that share no label.

    A factor without axes joins the group with the fewest labels.

    >>> term = LinearTerm(((1, ("j", "k")), (3, ("j", "l"))), ("i", "k"), ("i", "l"))
    >>> [str(group.pattern) for group in groups(term)]
    ['jk,jl->kl']
    """
    found: list[list[Labelled]] = []
    for factor in term.factors:
        if factor[1]:
            shares = [group for group in found if _share(group, factor)]
            found = [group for group in found if group not in shares]
            found.append([*(one for group in shares for one in group), factor])
    numbers = [factor for factor in term.factors if not factor[1]]
    if numbers:
        smallest = min(found, key=lambda group: len(_core(group, term)), default=[])
        found = [[*numbers, *smallest], *(group for group in found if group is not smallest)]
    return tuple(Group(tuple(group), _core(group, term)) for group in found)


def stored(terms: Sequence[LinearTerm], sizes: Mapping[str, int]) -> tuple[Labels, ...]:
    """The labels of every array that the sum of `terms` has to store; like terms are added.

    A term without factors stores one number. Unknown sizes count as equal.
    """
    single: dict[LinearTerm, Labels] = {}
    several: list[Labels] = []
    for term in terms:
        parts = [labels for group in groups(term) for labels in group.stored(sizes)] or [()]
        if len(parts) == 1:
            single[structure(term, parts[0])] = parts[0]
        else:
            several += parts
    return (*single.values(), *several)


def structure(term: LinearTerm, core: Labels) -> LinearTerm:
    """The deltas of a term with one array; terms of equal structure may be added."""
    return LinearTerm(((0, core),), term.rows, term.columns).canonical()


def count(labels: Labels, sizes: Mapping[str, int]) -> int:
    """The number of entries of an array; an unknown size counts as the nominal one."""
    return math.prod(1 if x == UNIT else sizes.get(x, NOMINAL_SIZE) for x in labels)


def _share(group: Sequence[Labelled], factor: Labelled) -> bool:
    return any(set(labels).intersection(factor[1]) for _, labels in group)


def _core(group: Sequence[Labelled], term: LinearTerm) -> Labels:
    """The labels of `group` that rows or columns have too, in their order."""
    own = {label for _, labels in group for label in labels}
    return tuple(label for label in distinct(term.axes) if label in own and label != UNIT)
