"""Texts of labels and dimensions: subscripts of an einsum, axis=, shapes."""

from __future__ import annotations

from collections.abc import Sequence

from einsum_grad.calculus.graph.graph import dim_of
from einsum_grad.explain.expression.written import Written, call
from einsum_grad.plan import Labels, distinct


def ones(labels: Labels) -> Written:
    """An array of ones with axes for the labels."""
    dims = [dim_of(label) for label in labels]
    return call("ones", f"({', '.join(dims)})" if len(dims) > 1 else dims[0])


def axes_text(axes: Sequence[int]) -> str:
    """What axis= is.

    >>> axes_text([1]), axes_text([0, 2])
    ('1', '(0, 2)')
    """
    return str(axes[0]) if len(axes) == 1 else f"({', '.join(map(str, axes))})"


def spelled_labels(terms: Sequence[Labels]) -> list[str]:
    """Terms in letters: a label's own dimension where that is a letter, else a free one.

    >>> spelled_labels([("i.0", "batch.1"), ("batch.1", "i.2")])
    ['ia', 'ab']
    """
    names: dict[str, str] = {}
    labels = distinct(label for term in terms for label in term)
    own = {dim_of(label) for label in labels}
    free = (letter for letter in _LETTERS if letter not in own)
    for label in labels:
        dim = dim_of(label)
        plain = len(dim) == 1 and dim.isalpha() and dim not in names.values()
        names[label] = dim if plain else next(free)
    return ["".join(names[label] for label in term) for term in terms]


_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
