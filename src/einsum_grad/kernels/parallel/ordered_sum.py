"""The sum of what chunks return, added up in order while others are still at work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from einsum_grad.kernels.parallel.workers import MISSING
from einsum_grad.lower import machine


def is_large(term: Any) -> bool:
    """Whether a term, or one in a tuple, is to be added before all are there.

    >>> is_large(np.zeros(2000)), is_large((np.zeros(2), np.float64(1)))
    (True, False)
    """
    if isinstance(term, tuple):
        return any(map(is_large, term))
    return bool(term.nbytes >= machine.SUMMED_AT_ONCE)


class Total:
    """A sum of terms that arrive in any order and are added in the order of their places.

    A term is an array that nobody else holds, a number, or a tuple of these. Large ones are added
    into the first, and freed, as soon as those before them are; small ones at the end. Only one
    thread adds, so a thread that dies or is stopped leaves nothing half added.

    >>> total, terms = Total(), [np.full(2000, 1.0), MISSING, np.full(2000, 3.0)]
    >>> total.gather(terms)
    >>> terms[1] = np.full(2000, 2.0)
    >>> total.of(terms)[:2]
    array([6., 6.])
    """

    def __init__(self) -> None:
        self._value: Any = None
        self._added = 0

    def gather(self, terms: list[Any]) -> None:
        """Add the large terms that are next in order, and free them."""
        while self._added < len(terms):
            term = terms[self._added]
            if term is MISSING or not is_large(term):
                return
            self._value = _sum(self._value, term) if self._added else term
            terms[self._added] = None
            self._added += 1

    def of(self, terms: list[Any]) -> Any:
        """The sum of all terms, every one of which must be there."""
        self.gather(terms)
        return self._value if self._added else total_of(terms)


def total_of(terms: Sequence[Any]) -> Any:
    """The sum of small terms in their own dtype; integers wrap without a warning.

    >>> total_of([np.int8(100), np.int8(27)]), total_of([(np.int8(1), np.float32(2))])
    (np.int8(127), (np.int8(1), np.float32(2.0)))
    """
    if isinstance(terms[0], tuple):
        return tuple(map(total_of, zip(*terms, strict=True)))
    return np.add.reduce(terms, dtype=terms[0].dtype)


def _sum(total: Any, term: Any) -> Any:
    """The sum, in place if `total` is an array."""
    if isinstance(total, tuple):
        return tuple(map(_sum, total, term))
    return np.add(total, term, out=total if isinstance(total, np.ndarray) else None)
