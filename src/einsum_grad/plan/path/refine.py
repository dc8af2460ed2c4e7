"""Refinement of a tree of many terms by exact searches within it.

This is the subtree reconfiguration of J. Gray and S. Kourtis, Hyper-optimized tensor network
contraction, 2021, arXiv:2002.01935.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from einsum_grad.plan.path.exact import Pair, exact
from einsum_grad.plan.path.tree_cost import Measure, labels

_NEIGHBOURS = 5
"""The most terms that are rejoined at once."""

_SWEEPS = 8


def refined(
    terms: Sequence[int], output: int, measure: Measure, pairs: Sequence[Pair]
) -> list[Pair]:
    """The tree `pairs`, with each neighbourhood of a few terms made optimal."""
    tree = _Tree(terms, output, measure, pairs)
    for _ in range(_SWEEPS):
        changes = [tree.rebuild(top) for top in tree.in_order()]
        if not any(changes):
            break
    return tree.pairs()


class _Tree:
    """A tree being refined: the labels of its nodes, and the two nodes that each pair joins."""

    def __init__(
        self, terms: Sequence[int], output: int, measure: Measure, pairs: Sequence[Pair]
    ) -> None:
        self._measure = measure
        self._joined = dict(enumerate(pairs, start=len(terms)))
        self._root = len(terms) + len(pairs) - 1
        self._terms = dict(enumerate(results(terms, output, pairs)))
        self._seen: set[tuple[int, ...]] = set()

    def in_order(self) -> list[int]:
        """The pairs, each after the ones it joins."""
        return in_order(self._joined, self._root)

    def pairs(self) -> list[Pair]:
        """The current tree."""
        return numbered(self.in_order(), self._joined)

    def rebuild(self, top: int) -> bool:
        """Rejoin the neighbours below `top` the cheapest way; whether that changed the tree."""
        if top not in self._joined:
            return False
        below, between = self._neighbours(top)
        key = (top, *below)
        if len(below) < 3 or key in self._seen:
            return False
        self._seen.add(key)
        terms = [self._terms[node] for node in below]
        cost, pairs, kept = exact(terms, self._terms[top], self._measure)
        if cost >= sum(map(self._cost, between)):
            return False
        numbers = [*below, *sorted(between, key=lambda node: node == top)]
        for node, pair, term in zip(numbers[len(below) :], pairs, kept, strict=True):
            left, right = (numbers[number] for number in pair)
            self._joined[node], self._terms[node] = (left, right), term
        return True

    def _neighbours(self, top: int) -> tuple[list[int], list[int]]:
        """A few nodes that `top` is made of, and the pairs between them and `top`."""
        below, between = list(self._joined[top]), [top]
        while len(below) < _NEIGHBOURS:
            pairs = [node for node in below if node in self._joined]
            if not pairs:
                break
            largest = max(pairs, key=lambda node: self._measure.entries[self._terms[node]])
            below.remove(largest)
            below += self._joined[largest]
            between.append(largest)
        return sorted(below), between

    def _cost(self, node: int) -> int:
        left, right = self._joined[node]
        return self._measure.pair(self._terms[left], self._terms[right], self._terms[node])


def in_order(joined: Mapping[int, Pair], root: int) -> list[int]:
    """The pairs of the subtree at `root`, each after the ones it joins."""
    found, todo = [], [root]
    while todo:
        node = todo.pop()
        if node in joined:
            found.append(node)
            todo += joined[node]
    return found[::-1]


def numbered(order: Sequence[int], joined: Mapping[int, Pair]) -> list[Pair]:
    """The pairs of a whole tree, renumbered in this `order` after its leaves."""
    count = len(order) + 1
    numbers = dict(enumerate(range(count)))
    numbers.update((node, count + number) for number, node in enumerate(order))
    return [(numbers[left], numbers[right]) for left, right in map(joined.__getitem__, order)]


def results(terms: Sequence[int], output: int, pairs: Iterable[Sequence[int]]) -> list[int]:
    """The labels of every node: the terms', then those that each pair keeps for later ones.

    A pair may also be one node, or several.

    >>> [f"{term:03b}" for term in results([0b011, 0b110], 0b101, [(0, 1)])]
    ['011', '110', '101']
    """
    found = list(terms)
    uses = Counter(label for term in (*terms, output) for label in labels(term))
    for pair in pairs:
        union = 0
        for node in pair:
            uses.subtract(labels(found[node]))
            union |= found[node]
        found.append(sum(label for label in labels(union) if uses[label]))
        uses.update(labels(found[-1]))
    return found
