"""Sums of what blocks return, added up while others are at work."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np

_LARGE = 1 << 13
"""The bytes from which on a term is added at once: to do so takes Python's lock from others."""


def is_large(term: Any) -> bool:
    """Whether a term, or one that a tuple holds, should not wait for the last.

    >>> is_large(np.zeros(2000)), is_large((np.zeros(2), np.float64(1)))
    (True, False)
    """
    return any(map(is_large, term)) if isinstance(term, tuple) else term.nbytes >= _LARGE


def total_of(terms: Sequence[Any]) -> Any:
    """The sum of small terms, in the terms' dtype; integers wrap without a warning.

    >>> total_of([np.int8(100), np.int8(27)]), total_of([(np.int8(1), np.float32(2))])
    (np.int8(127), (np.int8(1), np.float32(2.0)))
    """
    if isinstance(terms[0], tuple):
        return tuple(map(total_of, zip(*terms, strict=True)))
    return np.add.reduce(terms, dtype=terms[0].dtype)


class Total:
    """A sum of terms that come in any order, and are added in that of their slices.

    A term is an array that nobody else has, a number, or a tuple of these: the first is what the
    others are added to.

    >>> total = Total()
    >>> total.add(slice(2, 4), 10.0), total.add(slice(0, 2), 1.0)
    (None, None)
    >>> total.value
    np.float64(11.0)
    """

    def __init__(self) -> None:
        self.value: Any = None
        self._end = 0
        self._waiting: dict[int, tuple[int, Any]] = {}
        self._adding = threading.Lock()

    def add(self, part: slice, term: Any) -> None:
        """Add the term of a slice now, or leave it to who adds those before it."""
        self._waiting[part.start] = part.stop, term
        # Who comes while another adds needn't wait: the other looks again when it is done.
        while self._end in self._waiting and self._adding.acquire(blocking=False):
            try:
                self._add_next()
            finally:
                self._adding.release()

    def _add_next(self) -> None:
        if self._end in self._waiting:
            end, term = self._waiting.pop(self._end)
            self.value = term if self._end == 0 else _sum(self.value, term)
            self._end = end


def _sum(total: Any, term: Any) -> Any:
    """The sum, in the memory of `total` where that is an array."""
    if isinstance(total, tuple):
        return tuple(map(_sum, total, term))
    return np.add(total, term, out=total if isinstance(total, np.ndarray) else None)
