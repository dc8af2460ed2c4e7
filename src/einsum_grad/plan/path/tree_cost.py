"""The cost of a contraction tree, from the label sizes and the operands' axis order.

A term is an int with a bit for each of its labels: `|` is the union, `&` the shared labels.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

MOVED = 32
"""The cost of writing and rereading one array entry, in multiplications."""


class Measure:
    """The cost of terms and pairs, where label n has size `sizes[n]`.

    `axes` maps each operand to its labels in axis order. Intermediates may have any axis order; an
    operand is copied if no view of it is a matrix.

    >>> measure = Measure([2, 3, 5], {0b111: (0b001, 0b010, 0b100)})
    >>> measure.entries[0b101]
    10
    >>> [measure.copied(0b111, 0b1000 | shared, 0b1111 ^ shared) for shared in (0b010, 0b100)]
    [960, 0]
    """

    def __init__(
        self, sizes: Sequence[int], axes: Mapping[int, tuple[int, ...]] | None = None
    ) -> None:
        self.entries = _Entries(sizes)
        self.axes = {term: order for term, order in (axes or {}).items() if len(order) > 2}

    def pair(self, left: int, right: int, result: int) -> int:
        """The cost of one pair: its multiplications, its result, and its copies."""
        product, moved = self.entries[left | right], MOVED * self.entries[result]
        return product + moved + self.copied(left, right, result) + self.copied(right, left, result)

    def copied(self, term: int, other: int, result: int) -> int:
        """The cost of the copy of `term` that a matrix product with `other` needs; 0 if none."""
        order = self.axes.get(term)
        if order is None:
            return 0
        own, shared = term & ~other, term & other
        summed, batch = shared & ~result, shared & result
        if not (own and summed and other & ~term):
            return 0
        fits = _together(order, own) and _together(order, summed) and not batch & order[-1]
        return 0 if fits else MOVED * self.entries[term]


class _Entries(dict[int, int]):
    """The number of entries of an array with the labels of a term, computed on first use."""

    def __init__(self, sizes: Sequence[int]) -> None:
        equal: dict[int, int] = {}
        for number, size in enumerate(sizes):
            equal[size] = equal.get(size, 0) | 1 << number
        self._powers = [
            (labels, [size**count for count in range(labels.bit_count() + 1)])
            for size, labels in equal.items()
            if size > 1
        ]

    def __missing__(self, term: int) -> int:
        found = 1
        for labels, powers in self._powers:
            found *= powers[(term & labels).bit_count()]
        self[term] = found
        return found


def _together(order: Sequence[int], group: int) -> bool:
    """Whether the labels in `group` are adjacent."""
    places = [place for place, label in enumerate(order) if label & group]
    return places[-1] - places[0] < len(places)


def labels(term: int) -> Iterator[int]:
    """The bits of `term`, lowest first."""
    while term:
        rest = term & (term - 1)
        yield term ^ rest
        term = rest
