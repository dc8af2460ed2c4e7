"""The value of a pattern by definition: a sum over every combination of indices.

It knows nothing of normal forms, programs or contraction paths, so it is an independent reference.
Its one shortcut is the distributive law: a label that no later factor has is summed at once.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from einsum_grad.certify.residue import Array
from einsum_grad.plan import UNIT, Labels, Pattern, distinct, drop_units

_NOTHING: Labels = (UNIT,)
"""The labels of the empty product: the unit keeps it an array."""


def evaluate(pattern: Pattern, sizes: Mapping[str, int], operands: Sequence[Array]) -> Array:
    """The output of `pattern` for arrays of exact numbers; `sizes` has every label.

    >>> pattern = Pattern((("i", "j"),), ("j", "j"))
    >>> evaluate(pattern, {"i": 2, "j": 2}, [np.array([[1, 2], [3, 4]], object)]).tolist()
    [[4, 0], [0, 6]]
    """
    # An axis of size 1 is a unit; without those, NumPy's 64 axes suffice.
    pattern = pattern.rename({label: UNIT for label, size in sizes.items() if size == 1})
    total, labels = np.ones(1, object), _NOTHING
    for operand, (own, kept) in zip(operands, _steps(pattern), strict=True):
        both = distinct((*kept, *labels, *own))
        product = _at(total, labels, both, sizes) * _at(operand, own, both, sizes)
        total, labels = product.sum(axis=tuple(range(len(kept), len(both)))), kept
    own, everything = drop_units(pattern.output), distinct((*labels, *pattern.output))
    output = np.zeros(_shape(own, sizes), object)
    places: Any = (*_index(own, everything, sizes), ...)
    output[places] = _at(total, labels, everything, sizes)
    return output.reshape(_shape(pattern.output, sizes))


def work(pattern: Pattern, sizes: Mapping[str, int]) -> int:
    """The multiplications that `evaluate` makes plus the entries that it touches.

    >>> work(Pattern((("i", "j"), ("j",)), ("i",)), {"i": 2, "j": 3})
    23
    """
    total, labels = math.prod(_shape(pattern.output, sizes)), _NOTHING
    for own, kept in _steps(pattern):
        total += math.prod(_shape(distinct((*kept, *labels, *own)), sizes))
        total += math.prod(_shape(own, sizes))
        labels = kept
    return total


def _steps(pattern: Pattern) -> Iterator[tuple[Labels, Labels]]:
    """Each operand's labels, and the labels of the product so far that are used later."""
    last = {label: place for place, term in enumerate(pattern.inputs) for label in term}
    labels = _NOTHING
    for place, term in enumerate(pattern.inputs):
        labels = tuple(
            label
            for label in distinct((*labels, *term))
            if label == UNIT or last[label] > place or label in pattern.output
        )
        yield term, labels


def _shape(term: Labels, sizes: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(1 if label == UNIT else sizes[label] for label in term)


def _at(array: Array, term: Labels, labels: Labels, sizes: Mapping[str, int]) -> Array:
    """The entry of `array` for every combination of indices of `labels`."""
    own = drop_units(term)
    if not own:
        return array.reshape([1] * len(labels))
    return array.reshape(_shape(own, sizes))[_index(own, labels, sizes)]


def _index(term: Labels, labels: Labels, sizes: Mapping[str, int]) -> tuple[Array, ...]:
    """For each axis of `term`, its index in every combination."""
    return tuple(
        np.arange(sizes[label]).reshape([-1 if other == label else 1 for other in labels])
        for label in term
    )
