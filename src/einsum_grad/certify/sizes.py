"""Small sizes for labels without given ones: pairwise different, to expose swapped axes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from einsum_grad.certify.definition import work
from einsum_grad.plan import ELLIPSIS, UNIT, Labels, Pattern, ellipsis_labels

_MOST_WORK = 2_000
_LONGEST_WORK = 100_000
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
    """Two choices of sizes for the labels of a pattern without an ellipsis; `known` ones are kept.

    Labels have pairwise different sizes, and different ones again in the second choice, to expose
    hard-coded sizes and accidents such as 2·3 = 6. If that would take too long, labels share a few
    sizes; those with equal first sizes differ in the second.

    >>> small_sizes(Pattern((("i", "j"), ("j", "k")), ("i", "k")), {"k": 9})
    ({'i': 2, 'j': 3, 'k': 9}, {'i': 3, 'j': 2, 'k': 9})
    """
    labels = [label for label in pattern.labels() if label != UNIT and label not in known]
    if not labels:
        return (dict(known),)
    # The forward runs once for each operand. Given sizes can't be reduced.
    most = _MOST_WORK // max(2, len(pattern.inputs))
    counted = {label: min(size, max(_KINDS)) for label, size in known.items()}
    limits = dict.fromkeys((max(2, len(labels)), *_KINDS), most)
    limits[2] *= 2  # two choices of 2 and 3 see more than one of nothing but 2
    for kinds, most in limits.items():
        choices = tuple(_two_choices(labels, kinds))
        if all(work(pattern, {**sizes, **counted}) <= most for sizes in choices):
            return tuple({**sizes, **known} for sizes in choices)
    # So many axes that even size 2 each is too much.
    large = {label: 2 if number < _LONGER_AXES else 1 for number, label in enumerate(labels)}
    return ({**large, **known},)


def _two_choices(labels: Sequence[str], kinds: int) -> Iterator[dict[str, int]]:
    """`kinds` sizes, cyclically for the labels; then the same, shifted by one."""
    for start in (0, 1):
        yield {
            label: 2 + (number + start * (1 + number // kinds)) % kinds
            for number, label in enumerate(labels)
        }


def affordable(
    pattern: Pattern, sizes: Mapping[str, int], fixed: Collection[str]
) -> dict[str, int]:
    """The part of `sizes` that code on residues can afford: all, unless that would take too long.

    Then only sizes of 1 and of `fixed` labels are kept, and the others will be small.

    >>> affordable(Pattern((("i", "j"),), ("i",)), {"i": 4096, "j": 4096}, ())
    {}
    """
    plain = spread(pattern)
    if all(work(plain, chosen) <= _LONGEST_WORK for chosen in small_sizes(plain, sizes)):
        return dict(sizes)
    return {label: size for label, size in sizes.items() if size == 1 or label in fixed}
