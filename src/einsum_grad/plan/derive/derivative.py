"""`Pattern` to `Derivative`, of any order: a sum of products of operands and deltas."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from einsum_grad.errors import ArgumentError
from einsum_grad.plan.pattern import ELLIPSIS, UNIT, Labels, Pattern, distinct

Labelled = tuple[int, Labels]
"""The number of an array, and the labels of its axes."""

Wrt = tuple[tuple[int, ...], ...]
"""For each order of a derivative, the positions of the operands that are its variable."""


@dataclass(frozen=True, slots=True)
class LinearTerm:
    """A product of arrays, deltas and a number: as a matrix, its axes are `rows` and `columns`.

    A label on several of these axes is a delta: entries where their indices differ are 0. Along a
    label that no factor has, the entries repeat.

    >>> (term,) = derivative(Pattern((("i", "j"), ("j", "k")), ("i", "k")), ((0,),)).terms
    >>> str(term.dense), str(term.apply), str(term.transposed.apply)
    ('jk->ikij', 'jk,ij->ik', 'jk,ik->ij')
    """

    factors: tuple[Labelled, ...]
    rows: Labels
    columns: Labels
    coefficient: Fraction = Fraction(1)

    @property
    def axes(self) -> Labels:
        """The labels of the rows, then those of the columns."""
        return (*self.rows, *self.columns)

    @property
    def terms(self) -> tuple[Labels, ...]:
        """The labels of each factor."""
        return tuple(labels for _, labels in self.factors)

    @property
    def dense(self) -> Pattern:
        """The pattern of the full array: the deltas are diagonals of its output."""
        return Pattern(self.terms, self.axes)

    @property
    def apply(self) -> Pattern:
        """The pattern of the product with an array whose axes are the columns."""
        return Pattern((*self.terms, self.columns), self.rows)

    @property
    def transposed(self) -> LinearTerm:
        """The term with rows and columns exchanged."""
        return replace(self, rows=self.columns, columns=self.rows)

    def rename(self, names: Mapping[str, str]) -> LinearTerm:
        """The term with labels renamed; those missing from `names` stay."""
        dense = self.dense.rename(names)
        numbers = (number for number, _ in self.factors)
        cut = len(self.rows)
        factors = tuple(zip(numbers, dense.inputs, strict=True))
        rows, columns = dense.output[:cut], dense.output[cut:]
        return LinearTerm(factors, rows, columns, self.coefficient)

    def canonical(self) -> LinearTerm:
        """The term with labels numbered, the axes' first: equal for terms equal up to renaming."""
        own = [x for x in distinct((*self.axes, *self.dense.labels())) if x not in _NO_NAMES]
        return self.rename({label: f"L{number}" for number, label in enumerate(own)})


_NO_NAMES = (UNIT, ELLIPSIS)

MOST_FACTORS = 200_000
"""The most factors of all terms of a derivative together, at some microseconds each."""


@dataclass(frozen=True, slots=True)
class Derivative:
    """The derivative of `pattern` by the variable of each entry of `wrt` in turn.

    Its rows are the axes of the output and of all variables but the last, its columns those of
    the last.
    """

    pattern: Pattern
    wrt: Wrt
    terms: tuple[LinearTerm, ...]

    @property
    def axes(self) -> Labels:
        """The labels of the rows and the columns, as in the first term."""
        return (self.terms or (_term(self.pattern, tuple(first for first, *_ in self.wrt)),))[
            0
        ].axes


def derivative(pattern: Pattern, wrt: Wrt, sizes: Mapping[str, int] | None = None) -> Derivative:
    """Apply the product rule: one term for each choice of distinct operands to remove.

    Raises `ArgumentError` if operands that are one variable differ in their axes or, as far as
    `sizes` tells, in their sizes, and if there are more than `MOST_FACTORS` factors.

    >>> hessian = derivative(Pattern((("i",), ("i", "j"), ("j",)), ()), ((0, 2), (0, 2)))
    >>> [str(term.dense) for term in hessian.terms]
    ['ij->ij', 'ij->ji']
    """
    for first, *others in wrt:
        for other in others:
            _check_alike(pattern, first, other, sizes or {})
    check_factors(pattern, wrt, MOST_FACTORS)
    choices = (taken for taken in itertools.product(*wrt) if len(set(taken)) == len(taken))
    return Derivative(pattern, wrt, tuple(_term(pattern, taken) for taken in choices))


def check_factors(pattern: Pattern, wrt: Wrt, most: int) -> None:
    """Raise `ArgumentError` if the terms of the derivative have more than `most` factors."""
    terms = math.perm(len(wrt[0]), len(wrt)) if len(set(wrt)) == 1 else math.prod(map(len, wrt))
    factors = terms * len(pattern.inputs)
    if terms > 1 and factors > most:
        raise ArgumentError(
            f"the derivative is a sum of {terms} products of {len(pattern.inputs)} factors, but "
            f"may have at most {most} factors in all: let fewer operands be one variable"
        )


def made_equal(one: Labels, other: Labels) -> dict[str, str]:
    """One name for all labels that are the same index, directly or transitively.

    >>> made_equal(("i", "j"), ("j", "k"))
    {'i': 'i', 'j': 'i', 'k': 'i'}
    """
    names: dict[str, str] = {label: label for label in (*one, *other)}
    for ours, theirs in zip(one, other, strict=True):
        new, old = names[ours], names[theirs]
        if old == UNIT:
            new, old = old, new
        names.update((label, new) for label, name in names.items() if name == old)
    return names


def as_one(given: Derivative) -> Pattern:
    """The pattern with one label for axes that are the same axis of one variable.

    >>> pattern = Pattern((("i",), ("i", "j"), ("j",)), ())
    >>> str(as_one(derivative(pattern, ((0, 2),))))
    'i,ii,i->'
    """
    terms = given.pattern.inputs
    pairs = [(terms[first], terms[other]) for first, *others in given.wrt for other in others]
    one = tuple(label for ours, _ in pairs for label in ours)
    two = tuple(label for _, theirs in pairs for label in theirs)
    return given.pattern.rename(made_equal(one, two))


def _term(pattern: Pattern, taken: tuple[int, ...]) -> LinearTerm:
    before = tuple(label for number in taken[:-1] for label in pattern.inputs[number])
    return LinearTerm(
        factors=tuple((n, term) for n, term in enumerate(pattern.inputs) if n not in taken),
        rows=pattern.output + before,
        columns=pattern.inputs[taken[-1]],
    )


def _check_alike(pattern: Pattern, first: int, other: int, sizes: Mapping[str, int]) -> None:
    """Operands that are one variable must agree in their axes, ellipses and known sizes."""
    one, two = pattern.inputs[first], pattern.inputs[other]
    message = f"operands {first} and {other} are to be one variable, but have the axes"
    shown = f"{' '.join(one) or 'none'} and {' '.join(two) or 'none'}"
    if len(one) != len(two) or [x == ELLIPSIS for x in one] != [x == ELLIPSIS for x in two]:
        needed = "; with an ellipsis, give the shapes" if ELLIPSIS in (*one, *two) else ""
        raise ArgumentError(f"{message} {shown}{needed}")
    known = {UNIT: 1, **sizes}
    for ours, theirs in zip(one, two, strict=True):
        if known.get(ours, known.get(theirs)) != known.get(theirs, known.get(ours)):
            raise ArgumentError(
                f"{message} {shown}: the sizes {known[ours]} and {known[theirs]} differ"
            )
