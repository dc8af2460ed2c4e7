"""The search for a cheap tree of pairs: exact for few terms, and by neighbourhoods for many.

A term is an int with a bit for each of its labels, so a union is `|` and what is shared is `&`.
A tree is a list of pairs: its leaves are numbered from 0, and each pair gets the next number.

The exact search is the dynamic program over subsets of R. N. C. Pfeifer, J. Haegeman and F.
Verstraete, Faster identification of optimal contraction sequences, 2014, arXiv:1304.6112. To
improve a tree of many terms by exact searches within it is the subtree reconfiguration of J. Gray
and S. Kourtis, Hyper-optimized tensor network contraction, 2021, arXiv:2002.01935.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

Pair = tuple[int, int]
_MOVED = 32
"""What an entry of a result costs, which is written and read again, in multiplications."""

_EXACT = 6
"""The most terms of which every tree is looked at."""

_NEIGHBOURS = 5
"""The most terms that are joined anew at once in a larger tree."""

_SWEEPS = 8


def search(terms: Sequence[int], output: int, sizes: Sequence[int]) -> list[Pair]:
    """A cheap tree, where label n has size `sizes[n]`; the cheapest one of a few terms."""
    entries = Entries(sizes)
    if len(terms) <= _EXACT:
        return exact(terms, output, entries)[1]
    return refined(terms, output, entries, greedy(terms, output, sizes))


class Entries(dict[int, int]):
    """The number of entries of an array with the labels of a term, counted when first asked for.

    >>> Entries([2, 3, 5])[0b101]
    10
    """

    def __init__(self, sizes: Sequence[int]) -> None:
        self._sizes = sizes

    def __missing__(self, term: int) -> int:
        found = 1
        for label in _labels(term):
            found *= self._sizes[label.bit_length() - 1]
        self[term] = found
        return found


def exact(terms: Sequence[int], output: int, entries: Entries) -> tuple[int, list[Pair], list[int]]:
    """The cheapest tree of a few `terms`: its cost, its pairs, and the labels of their results.

    Of equals it is the one that goes from left to right.

    >>> exact([0b0011, 0b0110, 0b1100], 0b1001, Entries([50, 50, 50, 2]))[1]
    [(1, 2), (0, 3)]
    """
    count, everything = len(terms), (1 << len(terms)) - 1
    unions = [0]
    for term in terms:
        unions += [union | term for union in unions]
    kept = [union & (output | unions[everything ^ part]) for part, union in enumerate(unions)]
    costs, splits = [0] * len(unions), [0] * len(unions)
    for number, term in enumerate(terms):
        kept[1 << number] = term
    for part in range(3, everything + 1):
        last = 1 << part.bit_length() - 1
        some = rest = part ^ last
        least = math.inf
        while some:  # Every subset of the rest but itself, the empty one at last.
            some = (some - 1) & rest
            left, right = rest ^ some, some | last
            cost = costs[left] + costs[right] + entries[kept[left] | kept[right]]
            if cost <= least:
                least, splits[part] = cost, right
                costs[part] = cost + _MOVED * entries[kept[part]]
    parts = _in_order(everything, splits)
    numbers = {1 << number: number for number in range(count)}
    numbers.update((part, count + number) for number, part in enumerate(parts))
    pairs = [(numbers[part ^ splits[part]], numbers[splits[part]]) for part in parts]
    return costs[everything], pairs, [kept[part] for part in parts]


def _in_order(everything: int, splits: Sequence[int]) -> list[int]:
    """The subsets of the tree with several terms, each after those that it is made of."""
    found, todo = [], [everything]
    while todo:
        part = todo.pop()
        if part & (part - 1):
            found.append(part)
            todo += [part ^ splits[part], splits[part]]
    return found[::-1]


def greedy(terms: Sequence[int], output: int, sizes: Sequence[int]) -> list[Pair]:
    """The tree of opt_einsum's greedy search: quick for any number of terms."""
    from opt_einsum.paths import ssa_greedy_optimize  # type: ignore[import-untyped]  # has no hints

    # The labels stay ints: a set of strings has another order in each process.
    sets = [frozenset(_labels(term)) for term in terms]
    known = {1 << number: size for number, size in enumerate(sizes)}
    return [
        (left, right)
        for left, right in ssa_greedy_optimize(sets, frozenset(_labels(output)), known)
    ]


def refined(
    terms: Sequence[int], output: int, entries: Entries, pairs: Sequence[Pair]
) -> list[Pair]:
    """The tree `pairs`, with each neighbourhood of a few terms in it as cheap as it can be."""
    tree = _Tree(terms, output, entries, pairs)
    for _ in range(_SWEEPS):
        changes = [tree.rebuild(top) for top in tree.in_order()]
        if not any(changes):
            break
    return tree.pairs()


class _Tree:
    """A tree while it is refined: the labels of its nodes, and the two that each pair joins."""

    def __init__(
        self, terms: Sequence[int], output: int, entries: Entries, pairs: Sequence[Pair]
    ) -> None:
        self._entries = entries
        self._leaves = len(terms)
        self._joined = {self._leaves + number: pair for number, pair in enumerate(pairs)}
        self._root = self._leaves + len(pairs) - 1
        self._terms = dict(enumerate(results(terms, output, pairs)))
        self._seen: set[tuple[int, ...]] = set()

    def in_order(self) -> list[int]:
        """The pairs, each after those that it joins."""
        found, todo = [], [self._root]
        while todo:
            node = todo.pop()
            if node in self._joined:
                found.append(node)
                todo += self._joined[node]
        return found[::-1]

    def pairs(self) -> list[Pair]:
        """The tree as it is now."""
        order = self.in_order()
        numbers = {leaf: leaf for leaf in range(self._leaves)}
        numbers.update((node, self._leaves + number) for number, node in enumerate(order))
        return [
            (numbers[left], numbers[right])
            for left, right in (self._joined[node] for node in order)
        ]

    def rebuild(self, top: int) -> bool:
        """Join the neighbours below `top` in the cheapest way; whether that is another one."""
        if top not in self._joined:
            return False
        below, between = self._neighbours(top)
        key = (top, *below)
        if len(below) < 3 or key in self._seen:
            return False
        self._seen.add(key)
        terms = [self._terms[node] for node in below]
        cost, pairs, kept = exact(terms, self._terms[top], self._entries)
        if cost >= sum(map(self._cost, between)):
            return False
        numbers = [*below, *sorted(between, key=lambda node: node == top)]
        for node, pair, term in zip(numbers[len(below) :], pairs, kept, strict=True):
            left, right = (numbers[number] for number in pair)
            self._joined[node], self._terms[node] = (left, right), term
        return True

    def _neighbours(self, top: int) -> tuple[list[int], list[int]]:
        """A few nodes below `top` that make it, and the pairs from there up to `top`."""
        below, between = list(self._joined[top]), [top]
        while len(below) < _NEIGHBOURS:
            pairs = [node for node in below if node in self._joined]
            if not pairs:
                break
            largest = max(pairs, key=lambda node: self._entries[self._terms[node]])
            below.remove(largest)
            below += self._joined[largest]
            between.append(largest)
        return sorted(below), between

    def _cost(self, node: int) -> int:
        left, right = self._joined[node]
        product = self._terms[left] | self._terms[right]
        return self._entries[product] + _MOVED * self._entries[self._terms[node]]


def results(terms: Sequence[int], output: int, pairs: Sequence[Pair]) -> list[int]:
    """The labels of every node: those of the terms, and what each pair leaves for later ones.

    >>> [f"{term:03b}" for term in results([0b011, 0b110], 0b101, [(0, 1)])]
    ['011', '110', '101']
    """
    found = list(terms)
    uses = Counter(label for term in (*terms, output) for label in _labels(term))
    for pair in pairs:
        for node in pair:
            uses.subtract(_labels(found[node]))
        union = found[pair[0]] | found[pair[1]]
        found.append(sum(label for label in _labels(union) if uses[label]))
        uses.update(_labels(found[-1]))
    return found


def _labels(term: int) -> Iterator[int]:
    """The bits of `term`, one by one."""
    while term:
        rest = term & (term - 1)
        yield term ^ rest
        term = rest
