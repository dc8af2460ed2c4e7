"""The turns of a path: which of a step's terms comes first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from einsum_grad.plan.measure import Measure, labels
from einsum_grad.plan.network import Path


def smaller_first(path: Path, terms: Sequence[int], output: int, sizes: Sequence[int]) -> Path:
    """The same tree; of terms that are steps' results themselves the smallest comes first.

    Code is written without sizes, and the gradient of the largest is to be computed last: so the
    path says which that is. `terms`, `output` and `sizes` are as in `Measure`.

    >>> chain = [0b00011, 0b00110, 0b01100, 0b11000]
    >>> smaller_first(((0, 1), (0, 1), (0, 1)), chain, 0b10001, [9, 9, 9, 2, 2])
    ((0, 1), (0, 1), (1, 0))
    """
    entries = Measure(sizes).entries
    uses = Counter(label for term in (*terms, output) for label in labels(term))
    left, operands = list(terms), len(terms)
    turned = []
    for step in path:
        made = min(step) >= operands
        turned.append(tuple(sorted(step, key=lambda at: entries[left[at]])) if made else step)
        operands -= sum(at < operands for at in step)
        union = 0
        for at in sorted(step, reverse=True):
            union |= left[at]
            uses.subtract(labels(left.pop(at)))
        left.append(sum(label for label in labels(union) if uses[label]))
        uses.update(labels(left[-1]))
    return tuple(turned)
