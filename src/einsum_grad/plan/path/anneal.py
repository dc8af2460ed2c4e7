"""Simulated annealing of a contraction tree of many terms.

A move takes a pair that contains a pair and joins a different two of the three terms first. Only
one intermediate changes, so a move is evaluated in a microsecond. Worse trees are accepted with
decreasing probability, which lets the search leave the neighbourhood of the first tree.
See G. Kalachev, P. Panteleev and M.-H. Yung, Multi-tensor contraction for XEB verification of
quantum circuits, 2021, arXiv:2108.05665.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log2
from random import Random

from einsum_grad.plan.path.exact import Pair
from einsum_grad.plan.path.refine import in_order, numbered, results
from einsum_grad.plan.path.tree_cost import MOVED, Measure

_HOTTEST, _COLDEST = 0.7, 0.1
"""The temperatures of the first and last sweep of a round: at temperature h, a move that multiplies
the cost by c is accepted with probability c^(-1/h)."""

_FIRST = 16
"""The sweeps of the first round; each further round has twice as many."""

_LEAST, _MOST = 1 << 16, 1 << 21
"""The fewest moves for a tree whose intermediates outgrow its operands (some 0.1 s), and the most
for any tree (3 s)."""

_COST_OF_MOVE = 1 << 11
"""The cost of a move, in multiplications: a search takes no longer than a forward and backward."""

_REMEMBERED = 1 << 17
"""The most array sizes that are cached."""


def annealed(
    terms: Sequence[int],
    output: int,
    measure: Measure,
    pairs: Sequence[Pair],
    known: bool = True,
) -> list[Pair]:
    """The cheapest tree found from `pairs`; the costlier the tree, the more moves are tried.

    Unless the sizes are `known`, the cost is not either, and the moves are few. They are counted,
    not timed, and drawn from a generator with a fixed seed: equal terms give equal trees.

    >>> chain, measure = [0b00011, 0b00110, 0b01100, 0b11000], Measure([9, 50, 7, 50, 9])
    >>> annealed(chain, 0b10001, measure, [(1, 2), (0, 4), (3, 5)])
    [(2, 3), (1, 0), (4, 5)]
    """
    tree = _Tree(terms, output, measure, pairs)
    best, least, sweeps, moves = list(pairs), tree.cost(), _FIRST, 0
    always, most = _LEAST if tree.grows() else 0, _MOST if known else _LEAST
    while (moves := moves + sweeps * len(pairs)) <= min(always + least // _COST_OF_MOVE, most):
        for sweep in range(sweeps):
            tree.sweep(_HOTTEST * (_COLDEST / _HOTTEST) ** (sweep / (sweeps - 1)))
        sweeps *= 2
        cost = tree.cost()
        if cost < least:
            best, least = tree.pairs(), cost
        else:
            tree.join(best)
    return best


class _Tree:
    """A tree being annealed: for each node its labels, its children and its multiplications."""

    def __init__(
        self, terms: Sequence[int], output: int, measure: Measure, pairs: Sequence[Pair]
    ) -> None:
        self._leaves, self._output, self._entries = terms, output, measure.entries
        self._random = Random(0)
        self.join(pairs)

    def join(self, pairs: Sequence[Pair]) -> None:
        """Reset to the tree `pairs`."""
        count = len(self._leaves)
        self._terms = results(self._leaves, self._output, pairs)
        self._joined = dict(enumerate(pairs, start=count))
        self._products = {
            node: self._entries[self._terms[left] | self._terms[right]]
            for node, (left, right) in self._joined.items()
        }

    def pairs(self) -> list[Pair]:
        """The current tree."""
        return numbered(in_order(self._joined, len(self._terms) - 1), self._joined)

    def cost(self) -> int:
        """The cost of all pairs, without copies of operands."""
        made = self._terms[len(self._leaves) :]
        return sum(self._products.values()) + MOVED * sum(map(self._entries.__getitem__, made))

    def grows(self) -> bool:
        """Whether an intermediate is larger than every operand and the output."""
        count, sizes = len(self._leaves), [self._entries[term] for term in self._terms]
        return max(sizes[count:-1]) > max(*sizes[:count], sizes[-1])

    def sweep(self, heat: float) -> None:
        """Try one move at each pair."""
        entries, terms, joined, products = self._entries, self._terms, self._joined, self._products
        bits, chance = self._random.getrandbits, self._random.random
        if len(entries) > _REMEMBERED:
            entries.clear()
        for top, (left, right) in joined.items():
            choice = bits(2)
            if left in joined and not (choice & 1 and right in joined):
                below, third = left, right
            elif right in joined:
                below, third = right, left
            else:
                continue
            first, second = joined[below]
            if choice & 2:
                first, second = second, first
            # (first, second), third becomes (first, third), second.
            union = terms[first] | terms[third]
            between = union & (terms[second] | terms[top])
            inner, outer = entries[union], entries[between | terms[second]]
            cost = inner + outer + MOVED * entries[between]
            before = products[below] + products[top] + MOVED * entries[terms[below]]
            if cost <= before or log2(cost) + heat * log2(1 - chance()) <= log2(before):
                joined[below], joined[top] = (first, third), (below, second)
                terms[below], products[below], products[top] = between, inner, outer
