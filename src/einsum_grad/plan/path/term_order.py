"""The order of the terms within each step of a path."""

from __future__ import annotations

from collections.abc import Sequence

from einsum_grad.plan.path.network import Path
from einsum_grad.plan.path.refine import results
from einsum_grad.plan.path.tree_cost import Measure


def smaller_first(path: Path, terms: Sequence[int], output: int, sizes: Sequence[int]) -> Path:
    """The same tree; in steps that join only intermediates, the smallest comes first.

    Code is emitted without sizes, and the gradient of the largest term should be computed last, so
    the path has to say which that is. `terms`, `output` and `sizes` are as in `Measure`.

    >>> chain = [0b00011, 0b00110, 0b01100, 0b11000]
    >>> smaller_first(((0, 1), (0, 1), (0, 1)), chain, 0b10001, [9, 9, 9, 2, 2])
    ((0, 1), (0, 1), (1, 0))
    """
    steps = _numbered(path, len(terms))
    entries = Measure(sizes).entries
    size = [entries[term] for term in results(terms, output, steps)]
    turned = []
    for places, nodes in zip(path, steps, strict=True):
        made = min(nodes) >= len(terms)
        by_size = sorted(range(len(nodes)), key=lambda at: size[nodes[at]])
        turned.append(tuple(places[at] for at in by_size) if made else places)
    return tuple(turned)


def _numbered(path: Path, count: int) -> list[list[int]]:
    """The steps of a path as node numbers: operands first, then the steps."""
    left, steps = list(range(count)), []
    for number, places in enumerate(path, start=count):
        steps.append([left[at] for at in places])
        for at in sorted(places, reverse=True):
            del left[at]
        left.append(number)
    return steps
