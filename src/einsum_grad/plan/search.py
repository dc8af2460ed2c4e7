"""The search for a cheap tree of pairs: exact for few terms, and by neighbourhoods for many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from einsum_grad.plan.exact import Pair, exact
from einsum_grad.plan.measure import Measure, labels
from einsum_grad.plan.refine import refined

_EXACT = 6
"""The most terms of which every tree is looked at."""


def search(
    terms: Sequence[int],
    output: int,
    sizes: Sequence[int],
    axes: Mapping[int, tuple[int, ...]] | None = None,
) -> list[Pair]:
    """A cheap tree of `terms`, the cheapest of a few; see `Measure` for `sizes` and `axes`."""
    measure = Measure(sizes, axes)
    if len(terms) <= _EXACT:
        return exact(terms, output, measure)[1]
    return refined(terms, output, measure, greedy(terms, output, sizes))


def greedy(terms: Sequence[int], output: int, sizes: Sequence[int]) -> list[Pair]:
    """The tree of opt_einsum's greedy search: quick for any number of terms."""
    from opt_einsum.paths import ssa_greedy_optimize  # type: ignore[import-untyped]  # has no hints

    # The labels stay ints: a set of strings has another order in each process.
    sets = [frozenset(labels(term)) for term in terms]
    known = {1 << number: size for number, size in enumerate(sizes)}
    return [
        (left, right) for left, right in ssa_greedy_optimize(sets, frozenset(labels(output)), known)
    ]
