"""The normal form of a generalised pattern: steps that plain array calls can run."""

from __future__ import annotations

from dataclasses import dataclass

from einsum_grad.plan.pattern import UNIT, Labels, Pattern, distinct

Diagonal = tuple[str, tuple[int, ...]]
"""A label and the output axes that it names."""


@dataclass(frozen=True, slots=True)
class NormalForm:
    """A generalised pattern, decomposed.

    The units of the operands are dropped, `reduced` is contracted (it is legal for `np.einsum`),
    the result is repeated along `repeat_axes`, labels that the output repeats are written to
    their `diagonals`, and finally the `units` of the output are put back.

    >>> form = normal_form(Pattern((("j",), ("i", "j")), ("b", "i", "i")))
    >>> str(form.reduced), form.repeat_axes, form.diagonals
    ('j,ij->i', ('b',), (('i', (1, 2)),))
    """

    pattern: Pattern
    reduced: Pattern
    repeat_axes: Labels
    diagonals: tuple[Diagonal, ...]
    units: tuple[int, ...]

    @property
    def repeated(self) -> Labels:
        """The labels after the repetition: each label of the output once."""
        return distinct(drop_units(self.pattern.output))


def normal_form(pattern: Pattern) -> NormalForm:
    """Decompose `pattern`."""
    inputs = tuple(drop_units(term) for term in pattern.inputs)
    wanted = distinct(drop_units(pattern.output))
    available = {label for term in inputs for label in term}
    return NormalForm(
        pattern=pattern,
        reduced=Pattern(inputs, tuple(label for label in wanted if label in available)),
        repeat_axes=tuple(label for label in wanted if label not in available),
        diagonals=diagonals(pattern.output),
        units=tuple(axis for axis, label in enumerate(pattern.output) if label == UNIT),
    )


def diagonals(term: Labels) -> tuple[Diagonal, ...]:
    """The labels that `term` has more than once, with their axes.

    >>> diagonals(("i", "j", "i"))
    (('i', (0, 2)),)
    """
    if len(set(term)) == len(term):
        return ()
    places = {
        label: tuple(axis for axis, other in enumerate(term) if other == label)
        for label in distinct(drop_units(term))
    }
    return tuple((label, axes) for label, axes in places.items() if len(axes) > 1)


def drop_units(term: Labels) -> Labels:
    """The labels of `term` without its units."""
    return tuple(label for label in term if label != UNIT) if UNIT in term else term
