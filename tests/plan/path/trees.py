"""Contraction trees for tests: random networks, what a tree costs, and a tree of cotengra's."""

import math
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from einsum_grad.plan.path.exact import Pair
from einsum_grad.plan.path.refine import results

MOVED = 32


def cost(terms: Sequence[int], output: int, sizes: Sequence[int], pairs: Sequence[Pair]) -> int:
    """What a tree costs, by definition: its multiplications, and what it writes."""

    def entries(term: int) -> int:
        return math.prod(size for number, size in enumerate(sizes) if term >> number & 1)

    nodes = results(terms, output, pairs)
    return sum(
        entries(nodes[left] | nodes[right]) + MOVED * entries(nodes[len(terms) + number])
        for number, (left, right) in enumerate(pairs)
    )


@st.composite
def networks(draw: st.DrawFn, most: int = 4) -> tuple[list[int], int, list[int]]:
    """Terms of up to 5 labels, an output among them, and the labels' sizes."""
    sizes = draw(st.lists(st.integers(1, 40), min_size=5, max_size=5))
    terms = draw(st.lists(st.integers(0, 31), min_size=2, max_size=most))
    known = 0
    for term in terms:
        known |= term
    return terms, draw(st.integers(0, 31)) & known, sizes


class Tree:
    """The interface of a cotengra tree."""

    def __init__(self, path: Any = ((0, 1), (0, 1)), nslices: int = 1) -> None:
        self.path, self.nslices = path, nslices

    def get_path(self) -> Any:
        return self.path
