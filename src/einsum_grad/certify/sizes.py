"""Small sizes for labels whose sizes nobody gave: pairwise different, so that a swap shows."""

from __future__ import annotations

from collections.abc import Mapping

from einsum_grad.certify.definition import work
from einsum_grad.plan import ELLIPSIS, UNIT, Labels, Pattern, ellipsis_labels

_MOST_WORK = 2_700
_KINDS = (6, 5, 4, 3, 2)
_LONGER_AXES = 8
_ELLIPSIS_RANK = 2


def spread(pattern: Pattern) -> Pattern:
    """The pattern with two labels for the axes of its ellipsis.

    >>> str(spread(Pattern((("...", "i"), ("i",)), ("...",))))
    'abi,i->ab'
    """
    dots = ellipsis_labels(_ELLIPSIS_RANK, pattern.labels())

    def axes(term: Labels) -> Labels:
        return tuple(x for label in term for x in (dots if label == ELLIPSIS else (label,)))

    return Pattern(tuple(map(axes, pattern.inputs)), axes(pattern.output))


def small_sizes(pattern: Pattern, known: Mapping[str, int]) -> tuple[dict[str, int], ...]:
    """Sizes for the labels of a pattern without an ellipsis; the `known` ones stay.

    The labels have pairwise different sizes. Where that would take long they share a few, and there
    are second sizes, in which labels differ that have the same first.

    >>> small_sizes(Pattern((("i", "j"), ("j", "k")), ("i", "k")), {"k": 9})
    ({'i': 2, 'j': 3, 'k': 9},)
    """
    labels = [label for label in pattern.labels() if label != UNIT and label not in known]
    # Each forward is run once for each operand.
    most = _MOST_WORK // max(2, len(pattern.inputs))
    for kinds in (max(len(labels), 1), *_KINDS):
        first = {label: 2 + number % kinds for number, label in enumerate(labels)}
        second = {label: 2 + number // kinds % kinds for number, label in enumerate(labels)}
        choices = (first, second) if kinds < len(labels) else (first,)
        if all(work(pattern, {**sizes, **known}) <= most for sizes in choices):
            return tuple({**sizes, **known} for sizes in choices)
    # So many axes that even 2 each are too much.
    large = {label: 2 if number < _LONGER_AXES else 1 for number, label in enumerate(labels)}
    return ({**large, **known},)
