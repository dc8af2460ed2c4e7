"""`Terms` to smaller ones: factors contracted, like terms added."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from typing import TypeVar

from einsum_grad.linear.run import added, run, scaled
from einsum_grad.linear.terms import Terms
from einsum_grad.plan import Labels, LinearTerm, groups, structure
from einsum_grad.runtime.dtypes import Array

M = TypeVar("M", bound=Terms)

Part = tuple[Labels, Array]
"""An array, and the labels of its axes."""


def compressed(given: M) -> M:
    """Contract each group of factors that doesn't grow by it, and add terms with equal deltas."""
    alike: defaultdict[LinearTerm, list[Array]] = defaultdict(list)
    several: list[tuple[LinearTerm, list[Part]]] = []
    for term in given.terms:
        parts = _parts(given, term)
        if len(parts) == 1:
            ((labels, array),) = parts
            alike[structure(term, labels)].append(array)
        else:
            several.append((term, parts))
    whole = [(term, [(term.terms[0], added(same))]) for term, same in alike.items()]
    terms: list[LinearTerm] = []
    arrays: list[Array] = []
    for term, parts in [*whole, *several]:
        factors = tuple((len(arrays) + n, labels) for n, (labels, _) in enumerate(parts))
        terms.append(LinearTerm(factors, term.rows, term.columns))
        arrays += [array for _, array in parts]
    return dataclasses.replace(given, terms=tuple(terms), arrays=tuple(arrays))


def _parts(given: Terms, term: LinearTerm) -> list[Part]:
    """The factors of a term, contracted where that makes them smaller."""
    sizes = given.sizes(term)
    parts: list[Part] = []
    for group in groups(term):
        arrays = [given.arrays[number] for number, _ in group.factors]
        if group.is_smaller(sizes):
            parts.append((group.core, run(group.pattern, arrays, sizes)))
        else:
            parts += list(zip(group.pattern.inputs, arrays, strict=True))
    if term.coefficient != 1:
        labels, array = parts[0]
        parts[0] = labels, scaled(array, term.coefficient)
    return parts
