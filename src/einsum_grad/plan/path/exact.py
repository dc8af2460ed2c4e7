"""The optimal tree of a few terms, by dynamic programming over subsets.

R. N. C. Pfeifer, J. Haegeman and F. Verstraete, Faster identification of optimal contraction
sequences, 2014, arXiv:1304.6112.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from einsum_grad.plan.path.tree_cost import MOVED, Measure

Pair = tuple[int, int]
"""Two nodes of a tree: leaves are numbered from 0, and each pair gets the next number."""


def exact(terms: Sequence[int], output: int, measure: Measure) -> tuple[int, list[Pair], list[int]]:
    """The cheapest tree of a few `terms`: its cost, its pairs, and the labels of their results.

    Ties go to contraction from left to right.

    >>> exact([0b0011, 0b0110, 0b1100], 0b1001, Measure([50, 50, 50, 2]))[1]
    [(1, 2), (0, 3)]
    """
    entries, axes = measure.entries, measure.axes
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
        while some:  # Every proper subset of the rest, the empty one last.
            some = (some - 1) & rest
            left, right = rest ^ some, some | last
            cost = costs[left] + costs[right] + entries[kept[left] | kept[right]]
            if axes and (kept[left] in axes or kept[right] in axes):
                cost += measure.copied(kept[left], kept[right], kept[part])
                cost += measure.copied(kept[right], kept[left], kept[part])
            if cost <= least:
                least, splits[part] = cost, right
                costs[part] = cost + MOVED * entries[kept[part]]
    parts = _in_order(everything, splits)
    numbers = {1 << number: number for number in range(count)}
    numbers.update((part, count + number) for number, part in enumerate(parts))
    pairs = [(numbers[part ^ splits[part]], numbers[splits[part]]) for part in parts]
    return costs[everything], pairs, [kept[part] for part in parts]


def _in_order(everything: int, splits: Sequence[int]) -> list[int]:
    """The subsets of several terms that the tree makes, each after its parts."""
    found, todo = [], [everything]
    while todo:
        part = todo.pop()
        if part & (part - 1):
            found.append(part)
            todo += [part ^ splits[part], splits[part]]
    return found[::-1]
