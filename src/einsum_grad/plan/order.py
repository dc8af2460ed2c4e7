"""The order in which many operands are contracted, two at a time: opt_einsum's."""

from __future__ import annotations

from collections.abc import Mapping

from einsum_grad.plan.network import Path
from einsum_grad.plan.normal import drop_units
from einsum_grad.plan.pattern import Pattern

NOMINAL_SIZE = 32
"""The size of a label of which nothing is known."""


def contraction_path(pattern: Pattern, sizes: Mapping[str, int] | None = None) -> Path:
    """Return a path that contracts the operands of `pattern` two at a time.

    `sizes` are those of the labels, where they are known.

    >>> contraction_path(Pattern((("i", "j"), ("j", "k")), ("i", "k")))
    [(0, 1)]
    """
    count = len(pattern.inputs)
    if count <= 2:
        return [tuple(range(count))]
    from opt_einsum.paths import get_path_fn  # type: ignore[import-untyped]  # it has no hints

    terms = [frozenset(drop_units(term)) for term in pattern.inputs]
    known = {label: NOMINAL_SIZE for term in terms for label in term}
    known.update((label, max(1, size)) for label, size in (sizes or {}).items() if label in known)
    path: Path = get_path_fn("auto")(terms, frozenset(pattern.output) & known.keys(), known)
    return path
