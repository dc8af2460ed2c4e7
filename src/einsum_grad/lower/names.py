"""Unique names for values."""

from __future__ import annotations

from collections.abc import Iterable

from einsum_grad.plan import ELLIPSIS, Labels

_LONGEST = 8
"""Characters of a suffix that spells the labels, at most."""

_WORDS = frozenset({"part", "dot", "conj"})
"""Suffixes with another meaning: a chunk's part of a value, its tangent, its conjugate."""


class Names:
    """Taken names, and new ones that differ from them.

    >>> names = Names(["x", "x_i"])
    >>> names.new("x_i"), names.new("x_i"), names.new("y")
    ('x_i2', 'x_i3', 'y')
    """

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)

    def new(self, name: str) -> str:
        """`name` for a new value, with a number if it is taken."""
        found, number = name, 2
        while found in self._taken:
            found, number = f"{name}{number}", number + 1
        self._taken.add(found)
        return found

    def reserve(self, name: str) -> str:
        """Mark `name` as taken, and return it."""
        self._taken.add(name)
        return name


def labels_suffix(labels: Labels) -> str:
    """The suffix of a name for `labels`, if they are few.

    >>> labels_suffix(("i", "j")), labels_suffix(()), labels_suffix(("i", "1"))
    ('ij', 'scalar', 'i1')
    """
    suffix = "".join(label for label in labels if label != ELLIPSIS)
    is_name = suffix.isascii() and suffix.isalnum() and suffix not in _WORDS
    if is_name and len(suffix) <= _LONGEST:
        return suffix
    return "reduced" if labels else "scalar"
