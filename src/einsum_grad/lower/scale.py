"""How large the arrays of a program are, as far as that decides how its code is written."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from einsum_grad.plan import UNIT, Labels

LARGE = 1 << 19
"""From so many bytes on, blocks, threads and used memory gain more than they cost."""


class Gap(StrEnum):
    """Where in memory an operand has gaps.

    Between `ROWS`, as windows and slices do: a BLAS reads it, but no view makes one axis of
    several. Or between the `NUMBERS` of a row, which may also lie backwards, or all be the same
    one: no BLAS reads that.
    """

    ROWS = "rows"
    NUMBERS = "numbers"


Gaps = frozenset[tuple[int, Gap]]
"""The operands that have gaps, by number."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The sizes of the labels, each rounded up to a power of two, and the bytes of a number.

    Near sizes have the same scale, and so the same code.
    """

    sizes: tuple[tuple[str, int], ...]
    itemsize: int
    gaps: Gaps = frozenset()
    _known: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_known", dict(self.sizes))

    def nbytes(self, labels: Labels) -> int:
        """The bytes of an array with an axis for each of `labels`, roughly."""
        return self.volume(labels) * self.itemsize

    def volume(self, labels: Labels) -> int:
        """The product of the sizes of `labels`, roughly."""
        return math.prod(self._known.get(label, 1) for label in labels if label != UNIT)


def scale_of(
    terms: Iterable[Labels],
    sizes: Mapping[str, int],
    itemsize: int,
    gaps: Gaps = frozenset(),
) -> Scale | None:
    """The scale of arrays with the labels `terms`; None where all of them together are small.

    >>> scale_of([("i", "j")], {"i": 10, "j": 10}, 8)
    >>> scale_of([("i", "j")], {"i": 1000, "j": 1000}, 8)
    Scale(sizes=(('i', 1024), ('j', 1024)), itemsize=8, gaps=frozenset())
    """
    total = sum(math.prod(sizes.get(label, 1) for label in term) for term in terms)
    if total * itemsize < LARGE:
        return None
    rounded = ((label, 1 << max(size - 1, 0).bit_length()) for label, size in sizes.items())
    return Scale(tuple(rounded), itemsize, gaps)
