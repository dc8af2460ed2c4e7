"""The operand names and labels that we write: always ours, never the user's text."""

from __future__ import annotations

import string
from collections.abc import Iterator

from einsum_grad.plan.pattern import ELLIPSIS, UNIT, Labels, Pattern

OUTPUT = "Z"
_FEW = {1: ("X",), 2: ("X", "W")}
_LETTERS = string.ascii_uppercase[: string.ascii_uppercase.index(OUTPUT)]


def operand_names(count: int) -> tuple[str, ...]:
    """The names of the operands: X, or X and W, or A, B, C, …, or X0, X1, … if there are many.

    >>> operand_names(2), operand_names(3)
    (('X', 'W'), ('A', 'B', 'C'))
    """
    if count in _FEW:
        return _FEW[count]
    if count <= len(_LETTERS):
        return tuple(_LETTERS[:count])
    return tuple(f"X{number}" for number in range(count))


def spell(pattern: Pattern) -> dict[str, str]:
    """Map the labels of `pattern` to ones that are safe in generated code.

    An ASCII letter stays; another label gets its first character if that is a free ASCII letter,
    else the next free letter, and after all 52 come L52, L53, ….

    >>> spell(Pattern((("batch", "i"),), ("batch", "β")))
    {'i': 'i', 'batch': 'b', 'β': 'a'}
    """
    labels = [label for label in pattern.labels() if label not in (UNIT, ELLIPSIS)]
    spelled = {label: label for label in labels if label in _ALLOWED}
    taken = set(spelled)
    free = _free(taken)
    for label in labels:
        if label not in spelled:
            first = label[0]
            own = first in _ALLOWED and first not in taken
            spelled[label] = first if own else next(free)
            taken.add(spelled[label])
    return spelled


def ellipsis_labels(count: int, taken: Labels) -> Labels:
    """Labels for the axes of an ellipsis: letters that are not `taken`."""
    free = _free(set(taken))
    return tuple(next(free) for _ in range(count))


_ALLOWED = frozenset(string.ascii_letters)


def _free(taken: set[str]) -> Iterator[str]:
    for letter in string.ascii_lowercase + string.ascii_uppercase:
        if letter not in taken:
            yield letter
    number = len(string.ascii_letters)
    while True:
        if f"L{number}" not in taken:
            yield f"L{number}"
        number += 1
