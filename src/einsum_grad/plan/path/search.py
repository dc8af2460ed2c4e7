"""Search for a cheap contraction tree: exact for few terms, local and random for many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from einsum_grad.plan.path.anneal import annealed
from einsum_grad.plan.path.exact import Pair, exact
from einsum_grad.plan.path.refine import refined
from einsum_grad.plan.path.tree_cost import Measure, labels

EXACT = 6
"""The most terms that are searched exhaustively."""

_QUICK = 40
"""The most terms whose tree is not annealed."""


def search(
    terms: Sequence[int],
    output: int,
    sizes: Sequence[int],
    axes: Mapping[int, tuple[int, ...]] | None = None,
    known: bool = True,
) -> list[Pair]:
    """A cheap tree of `terms`, optimal for a few; see `Measure` for `sizes` and `axes`.

    Unless all sizes are `known`, the search stays short whatever they cost.
    """
    measure = Measure(sizes, axes)
    if len(terms) <= EXACT:
        return exact(terms, output, measure)[1]
    tree = greedy(terms, output, sizes)
    if len(terms) > _QUICK:
        tree = annealed(terms, output, measure, tree, known)
    return refined(terms, output, measure, tree)


def greedy(terms: Sequence[int], output: int, sizes: Sequence[int]) -> list[Pair]:
    """The tree of opt_einsum's greedy search, which is fast for any number of terms."""
    from opt_einsum.paths import ssa_greedy_optimize  # type: ignore[import-untyped]  # has no hints

    # Labels are small ints here: the order of a set of strings differs between processes, and an
    # int with a very high bit is slow to hash.
    sets, result = [_numbers(term) for term in terms], _numbers(output)
    return [
        (left, right) for left, right in ssa_greedy_optimize(sets, result, dict(enumerate(sizes)))
    ]


def _numbers(term: int) -> frozenset[int]:
    """The numbers of the labels of `term`."""
    return frozenset(bit.bit_length() - 1 for bit in labels(term))
