"""The smallest arrays at which two nodes differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from einsum_grad.calculus.derive import Derivation
from einsum_grad.calculus.graph.graph import dim_of
from einsum_grad.emit.expression.module import emit_derivation
from einsum_grad.functions.gradient_guess.points import (
    SIMPLE,
    Place,
    Sizes,
    drawn,
    filled,
    generic,
    places,
    scales,
    sparse,
)
from einsum_grad.functions.gradient_guess.verdict import Counterexample
from einsum_grad.plan import UNIT
from einsum_grad.runtime.generated.load import execute
from einsum_grad.syntax import Declaration

_TRIES = 9
"""Random points at each choice of sizes."""

_MOST_SCALES = 250
_MOST_SPARSE = 1500
"""Points at a choice of sizes, those with few numbers first."""

_CLOSE = 1e-7
_HUGE = 1e9
"""What comes of a singular matrix that rounding has made invertible, and of infinity."""

Entries = Mapping[Place, float]
Difference = tuple[tuple[int, ...], float, float]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both nodes as functions of arrays; `declared` are the arrays that they need."""

    declared: tuple[Declaration, ...]
    dims: tuple[str, ...]
    both: Callable[..., tuple[Any, Any]]

    def difference(self, sizes: Sizes, entries: Entries) -> Difference | None:
        """The first entry that differs; None too where either is no number."""
        found = self._values(sizes, entries)
        if found is None:
            return None
        expected, got = found
        scale = 1 + np.maximum(np.max(abs(expected), initial=0), np.max(abs(got), initial=0))
        wrong = np.argwhere(abs(expected - got) > _CLOSE * scale)
        if not len(wrong):
            return None
        index = tuple(map(int, wrong[0]))
        return index, float(expected[index]), float(got[index])

    def _values(self, sizes: Sizes, entries: Entries) -> tuple[Any, Any] | None:
        arrays = filled(self.declared, sizes, entries)
        try:
            with np.errstate(all="ignore"):
                expected, got = map(np.asarray, self.both(*arrays.values()))
        except np.linalg.LinAlgError:
            return None
        known = (abs(expected) < _HUGE).all() and (abs(got) < _HUGE).all()
        return (expected, got) if known else None

    def agrees(self, proved: bool | None) -> bool:
        """Whether both agree at points in general position; where there is none, as proved."""
        known = False
        for sizes in scales(self.dims)[-_MOST_SCALES:]:
            chosen = places(self.declared, sizes)
            for seed in range(_TRIES):
                entries = generic(chosen, seed)
                if self.difference(sizes, entries):
                    return False
                known = known or self._values(sizes, entries) is not None
        return known or bool(proved)

    def smallest(self, name: str) -> Counterexample | None:
        """The example of the smallest sizes, and of those with the fewest numbers but zero."""
        for sizes in scales(self.dims)[:_MOST_SCALES]:
            chosen = places(self.declared, sizes)
            tries = (drawn(chosen, seed) for seed in range(_TRIES))
            first = next((entries for entries in tries if self.difference(sizes, entries)), None)
            if first is not None:
                found = self._sparse(sizes, chosen) or self._shrunk(sizes, first)
                return self._example(name, sizes, found)
        return None

    def _sparse(self, sizes: Sizes, chosen: Sequence[Place]) -> Entries | None:
        every = sparse(chosen, _MOST_SPARSE)
        return next((entries for entries in every if self.difference(sizes, entries)), None)

    def _shrunk(self, sizes: Sizes, entries: Entries) -> Entries:
        """The entries, each made as simple as it can be in its turn."""
        for place in entries:
            for value in (0.0, *SIMPLE):
                simpler = {**entries, place: value}
                if self.difference(sizes, simpler):
                    entries = simpler
                    break
        return entries

    def _example(self, name: str, sizes: Sizes, entries: Entries) -> Counterexample:
        difference = self.difference(sizes, entries)
        assert difference is not None
        arrays = tuple(
            (name, tuple((index, float(x)) for index, x in np.ndenumerate(array) if x))
            for name, array in filled(self.declared, sizes, entries).items()
        )
        return Counterexample(tuple(sizes.items()), arrays, name, *difference)


def comparison(found: Derivation, truth: int, guess: int) -> Comparison:
    """Two nodes of the graph of `found`, compiled as one function."""
    both = replace(found, gradients=(truth, guess))
    source = emit_derivation(both, only="gradient")
    module = execute(source.text, "two gradients", ("gradient",), {}, source.needed)
    dims = dict.fromkeys(axis for each in found.declarations for axis in each.axes)
    known = tuple(dim for dim in dims if dim_of(dim) != UNIT)
    return Comparison(found.declarations, known, module.gradient)
