"""The sizes of a program's arrays, as far as they decide how its code is written."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from einsum_grad.lower import machine
from einsum_grad.plan import UNIT, Labels


class Gap(StrEnum):
    """Where in memory an operand has gaps.

    Between `ROWS`, as windows and slices have them: a BLAS reads those, but no view merges axes. Or
    between the `NUMBERS` of a row, whose stride may also be negative or 0: no BLAS reads that.
    """

    ROWS = "rows"
    NUMBERS = "numbers"


A = TypeVar("A", bound=Hashable)

Gaps = frozenset[tuple[int, Gap]]
"""The operands with gaps, by number."""


class Sizes:
    """The sizes of labels and the bytes of a number, which answer the questions about a scale."""

    __slots__ = ("_itemsize", "_known", "_volumes")

    def __init__(self, known: Mapping[str, int], itemsize: int) -> None:
        self._known = known
        self._itemsize = itemsize
        self._volumes: dict[Labels, int] = {}

    def nbytes(self, labels: Labels) -> int:
        """The bytes of an array with an axis for each of `labels`."""
        return self.volume(labels) * self._itemsize

    def volume(self, labels: Labels) -> int:
        """The product of the sizes of `labels`; one without a size counts as 1."""
        if labels not in self._volumes:
            sizes = (self._known.get(label, 1) for label in labels if label != UNIT)
            self._volumes[labels] = math.prod(sizes)
        return self._volumes[labels]


@dataclass(frozen=True, slots=True)
class Scale:
    """The sizes of the labels, each rounded up to a power of two, and the bytes of a number.

    Lowering asks it questions, and the answers are remembered: code depends on the sizes through
    these alone, so a scale with the same answers has the same code.
    """

    sizes: tuple[tuple[str, int], ...]
    itemsize: int
    gaps: Gaps = frozenset()
    _sizes: Sizes = field(init=False, repr=False, compare=False)
    _answers: dict[tuple[Callable[..., Any], tuple[Any, ...]], Any] = field(
        init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        sizes = Sizes(dict(self.sizes), self.itemsize)
        object.__setattr__(self, "_sizes", sizes)
        object.__setattr__(self, "_answers", {})

    def ask(self, question: Callable[..., A], *args: Hashable) -> A:
        """Return `question(sizes, *args)`, where `question` is a module's top-level function.

        >>> scale = Scale((("i", 4),), 8)
        >>> scale.ask(Sizes.nbytes, ("i",))
        32
        """
        key = (question, args)
        if key not in self._answers:
            self._answers[key] = question(self._sizes, *args)
        answer: A = self._answers[key]
        return answer

    def agrees(self, other: Scale) -> bool:
        """Whether `other` gives the same answers to all that this one was asked.

        >>> scale, larger = Scale((("i", 4),), 8), Scale((("i", 8),), 8)
        >>> scale.reaches(("i",), 32), scale.agrees(larger)
        (True, True)
        >>> scale.reaches(("i",), 64), scale.agrees(larger)
        (False, False)
        """
        # The last questions depend most on sizes: how many chunks.
        answers, sizes = reversed(self._answers.items()), other._sizes
        same = (question(sizes, *args) == was for (question, args), was in answers)
        return self.gaps == other.gaps and all(same)

    def reaches(self, labels: Labels, nbytes: int) -> bool:
        """Whether an array with an axis for each of `labels` has at least `nbytes` bytes."""
        return self.ask(_reaches, labels, nbytes)

    def counts(self, labels: Labels, numbers: int) -> bool:
        """Whether such an array has at least `numbers` numbers."""
        return self.ask(_counts, labels, numbers)


def _reaches(sizes: Sizes, labels: Labels, nbytes: int) -> bool:
    return sizes.nbytes(labels) >= nbytes


def _counts(sizes: Sizes, labels: Labels, numbers: int) -> bool:
    return sizes.volume(labels) >= numbers


def scale_of(
    terms: Iterable[Labels],
    sizes: Mapping[str, int],
    itemsize: int,
    gaps: Gaps = frozenset(),
) -> Scale | None:
    """The scale of arrays with the labels `terms`; None if all of them together are small.

    >>> scale_of([("i", "j")], {"i": 10, "j": 10}, 8)
    >>> scale = scale_of([("i", "j")], {"i": 1000, "j": 1000}, 8)
    >>> scale.sizes
    (('i', 1024), ('j', 1024))
    """
    total = sum(math.prod(sizes.get(label, 1) for label in term) for term in terms)
    if total * itemsize < machine.LARGE:
        return None
    rounded = ((label, 1 << max(size - 1, 0).bit_length()) for label, size in sizes.items())
    return Scale(tuple(rounded), itemsize, gaps)
