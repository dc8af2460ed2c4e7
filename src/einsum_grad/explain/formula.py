"""`NormalForm` to `Formula`: the equation with its indices, sums and deltas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from einsum_grad.plan import UNIT, Labels, NormalForm


@dataclass(frozen=True, slots=True)
class Factor:
    """An array with an index for each axis."""

    name: str
    indices: Labels


@dataclass(frozen=True, slots=True)
class Formula:
    """One equation: `left` is the deltas times the sums of the product of `factors`.

    A delta is 1 where its indices are equal, else 0. `place` is the factor that is shown even
    where many are left out.
    """

    left: Factor
    deltas: tuple[Labels, ...]
    sums: Labels
    factors: tuple[Factor, ...]
    place: int | None = None


def formula(
    form: NormalForm, operands: Sequence[str], name: str, place: int | None = None
) -> Formula:
    """The equation of `form`, whose operands and output have these names.

    >>> from einsum_grad.plan import Pattern, normal_form
    >>> formula(normal_form(Pattern((("j",), ("i", "j")), ("i", "i"))), ("dZ", "W"), "dX").deltas
    (('i', "i'"),)
    """
    pattern = form.pattern
    left = Factor(name, tuple(_primed(_indices(pattern.output))))
    return Formula(
        left=left,
        deltas=tuple(tuple(left.indices[axis] for axis in axes) for _, axes in form.diagonals),
        sums=pattern.contracted(),
        factors=tuple(
            Factor(operand, _indices(term))
            for operand, term in zip(operands, pattern.inputs, strict=True)
        ),
        place=place,
    )


def _indices(term: Labels) -> Labels:
    """An axis of size 1 has the index 0."""
    return tuple("0" if label == UNIT else label for label in term)


def _primed(indices: Labels) -> Iterator[str]:
    """The second index of a name gets a prime, the third two; a 0 is always the same."""
    seen: Counter[str] = Counter()
    for index in indices:
        yield index + "'" * (seen[index] if index != "0" else 0)
        seen[index] += 1
