"""Who else can reach an array: what is shared gets copied, what is our own need not be.

An array that nobody else refers to can't be changed behind our back. CPython counts the
references to an object, those of views to their base included; the counts of an array that is
certainly our own are measured below, in the same way in which they are asked for later.
"""

from __future__ import annotations

import sys

import numpy as np

from einsum_grad.autograd.tape import Array, Traced


def own(array: Array) -> Array:
    """Return `array` if only the caller's expression holds it, else a copy: `own(f(x))`.

    >>> kept = np.ones(3)
    >>> own(kept) is kept
    False
    """
    alone = array.flags.owndata and sys.getrefcount(array) <= _PASSED
    return array if alone else array.copy()


def is_sole(holder: Traced) -> bool:
    """Whether nobody but `holder` can reach its array, through a view or otherwise."""
    return holder._data.flags.owndata and sys.getrefcount(holder._data) <= _HELD


def _count(array: Array) -> int:
    return sys.getrefcount(array)


def _held() -> int:
    holder = Traced()
    holder._data = np.empty(0)
    return sys.getrefcount(holder._data)


_PASSED = _count(np.empty(0))
_HELD = _held()
