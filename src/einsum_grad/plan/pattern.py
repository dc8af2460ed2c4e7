"""The generalised pattern: einsum's, plus repeated labels and repeat axes in the output."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

UNIT = "1"
"""The label of a broadcasting axis of size 1: it is dropped, and put back in a gradient."""

ELLIPSIS = "..."
"""The label of the axes that no label names, while their number is unknown."""

Labels = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """The labels of each operand's axes and of the output's.

    Unlike in `np.einsum`, the output may have a label twice (a diagonal is written) and a label
    that no operand has (the result is repeated along it). So the gradient of a pattern is again a
    pattern.

    >>> str(Pattern((("i", "k"), ("j", "k")), ("b", "i", "j")))
    'ik,jk->bij'
    """

    inputs: tuple[Labels, ...]
    output: Labels

    def __str__(self) -> str:
        single = all(_is_letter(label) for label in self.labels())
        terms = [("" if single else " ").join(term) for term in (*self.inputs, self.output)]
        return ("," if single else ", ").join(terms[:-1]) + ("->" if single else " -> ") + terms[-1]

    def labels(self) -> Labels:
        """Every label once, in order of appearance, the operands' first."""
        return distinct(label for term in (*self.inputs, self.output) for label in term)

    def input_labels(self) -> Labels:
        """Every label that an operand has, once, without units."""
        return distinct(label for term in self.inputs for label in term if label != UNIT)

    def output_sizes(self, sizes: Mapping[str, int]) -> dict[str, int]:
        """The part of `sizes` for output-only labels, whose sizes no operand tells."""
        known = set(self.input_labels())
        return {label: size for label, size in sizes.items() if label not in known}

    def contracted(self) -> Labels:
        """The labels that are summed over: those of operands that the output lacks."""
        return tuple(label for label in self.input_labels() if label not in self.output)

    def is_legal(self) -> bool:
        """Whether `np.einsum` accepts this pattern."""
        known = set(self.input_labels())
        repeated = len(set(self.output)) < len(self.output)
        return not repeated and known.issuperset(self.output) and UNIT not in self.labels()

    def swap(self, operand: int) -> Pattern:
        """The gradient's pattern: the cotangent takes the place of `operand`.

        >>> pattern = Pattern((("b", "i", "j"), ("j", "k")), ("i", "k"))
        >>> str(pattern.swap(0)), str(pattern.swap(1))
        ('ik,jk->bij', 'bij,ik->jk')
        """
        inputs = (*self.inputs[:operand], self.output, *self.inputs[operand + 1 :])
        return Pattern(inputs, self.inputs[operand])

    def rename(self, names: Mapping[str, str]) -> Pattern:
        """The pattern with labels renamed; those missing from `names` stay."""
        return Pattern(
            tuple(tuple(names.get(label, label) for label in term) for term in self.inputs),
            tuple(names.get(label, label) for label in self.output),
        )

    def with_labelled_units(self) -> Pattern:
        """The pattern with a fresh label, of size 1, for each unit.

        >>> str(Pattern((("i", "1"), ("1",)), ("i", "1")).with_labelled_units())
        'i U0, U1 -> i U2'
        """
        fresh = map("U{}".format, itertools.count())

        def relabelled(term: Labels) -> Labels:
            return tuple(next(fresh) if label == UNIT else label for label in term)

        return Pattern(tuple(map(relabelled, self.inputs)), relabelled(self.output))

    def canonical(self) -> Pattern:
        """The pattern with labels numbered in order: equal for patterns equal up to renaming.

        >>> str(Pattern((("x", "y"),), ("y",)).canonical())
        'L0 L1 -> L1'
        """
        own = [label for label in self.labels() if label not in (UNIT, ELLIPSIS)]
        return self.rename({label: f"L{number}" for number, label in enumerate(own)})


def _is_letter(label: str) -> bool:
    """Whether the letters notation writes `label` unchanged."""
    return (len(label) == 1 and (label >= "À" or label.isalpha())) or label in (UNIT, ELLIPSIS)


def distinct(labels: Iterable[str]) -> Labels:
    """Each label once, in order of first appearance.

    >>> distinct("abac")
    ('a', 'b', 'c')
    """
    return tuple(dict.fromkeys(labels))
