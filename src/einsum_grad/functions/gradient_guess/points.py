"""Arrays at which two gradients are compared: small ones in order, and random ones."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

import numpy as np

from einsum_grad.plan import UNIT
from einsum_grad.runtime.dtypes import Array
from einsum_grad.syntax import Declaration

Arrays = dict[str, Array]
Sizes = Mapping[str, int]
Place = tuple[Declaration, tuple[int, ...]]
"""An entry of an array."""

SIMPLE = (1.0, 2.0, -1.0, 0.5)
"""What entries of an example may be, the simplest first."""

SIZES = 3
"""The largest size of an example."""


def scales(dims: Sequence[str]) -> list[dict[str, int]]:
    """The sizes of these dimensions up to `SIZES`, the smallest first."""
    every = itertools.product(range(1, SIZES + 1), repeat=len(dims))
    return [dict(zip(dims, each, strict=True)) for each in sorted(every, key=lambda x: (sum(x), x))]


def places(declared: Sequence[Declaration], sizes: Sizes) -> list[Place]:
    """The entries that are free: half of a symmetric matrix, the diagonal of a diagonal one."""
    return [
        (each, index)
        for each in declared
        for index in np.ndindex(shape_of(each, sizes))
        if not each.structure
        or index[0] == index[1]
        or (each.structure == "symmetric" and index[0] < index[1])
    ]


def shape_of(declared: Declaration, sizes: Sizes) -> tuple[int, ...]:
    """The shape of an array."""
    return tuple({**sizes, UNIT: 1}[axis] for axis in declared.axes)


def filled(declared: Sequence[Declaration], sizes: Sizes, entries: Mapping[Place, float]) -> Arrays:
    """Zeros but for these entries."""
    found = {each.name: np.zeros(shape_of(each, sizes)) for each in declared}
    for (each, index), value in entries.items():
        found[each.name][index] = value
        if each.structure == "symmetric":
            found[each.name][index[::-1]] = value
    return found


def sparse(known: Sequence[Place], most: int) -> Iterator[dict[Place, float]]:
    """At most so many choices of entries that are not zero, those with the fewest first."""
    every = (
        (
            dict(zip(chosen, values, strict=True))
            for count in range(len(known) + 1)
            for values in sorted(itertools.product(SIMPLE, repeat=count), key=_rank)
            for chosen in itertools.combinations(known, count)
        )
        if len(known) <= _FEW
        else _ones(known)
    )
    return itertools.islice(every, most)


_FEW = 6


def _ones(known: Sequence[Place]) -> Iterator[dict[Place, float]]:
    for count in range(len(known) + 1):
        for chosen in itertools.combinations(known, count):
            yield dict.fromkeys(chosen, 1.0)


def _rank(values: Sequence[float]) -> int:
    return sum(map(SIMPLE.index, values))


def drawn(known: Sequence[Place], seed: int) -> dict[Place, float]:
    """Random entries: small whole numbers, positive ones, and positive fractions, in turn."""
    random = np.random.default_rng(seed)
    draw = _DRAWN[seed % len(_DRAWN)]
    return {place: float(draw(random)) for place in known}


_DRAWN = (
    lambda random: random.integers(-2, 3),
    lambda random: random.integers(1, 4),
    lambda random: Fraction(int(random.integers(1, 1000)), 1000),
)


def generic(known: Sequence[Place], seed: int) -> dict[Place, float]:
    """Random entries of which no two are equal, and none is zero."""
    random = np.random.default_rng(seed)
    found = drawn(known, seed)
    return {place: value + float(random.uniform(0.01, 0.1)) for place, value in found.items()}
