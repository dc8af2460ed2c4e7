"""Sums of what blocks return, added up while others are at work."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np


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
    """The sum, in the memory of `total` where that is an array; integers wrap without a warning."""
    if isinstance(total, tuple):
        return tuple(map(_sum, total, term))
    return np.add(total, term, out=total if isinstance(total, np.ndarray) else None)
