"""Memory that large results are made in, used again when nobody holds the result any more.

A fresh page costs as much as the arithmetic on it: the system clears it first. So a large array is
made in memory that an array of the same size has given back. It comes back by itself: the array
that a caller gets is a view of a `_Lease`, and so is every view of it; when the last of them goes,
the lease goes, and leaves its memory here.
"""

from __future__ import annotations

import math
import os
import threading
from collections import OrderedDict, deque
from pickle import PickleBuffer
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

SMALLEST = 1 << 17
"""Below so many bytes malloc has pages at hand."""

MOST = 1 << 28
"""At most so many bytes wait here; what has waited longest goes first."""

_ALIGNMENT = 64
"""A cache line, and the widest vector of today's processors."""

Memory = tuple[int, PickleBuffer, int]
"""Bytes, the buffer that holds them, and where in it they begin."""


class _Lease(np.ndarray[Any, Any]):
    """An array that gives its memory back when it goes; NumPy never looks behind it for a base."""

    memory: Memory

    def __del__(self) -> None:
        # Views of a lease that keep its class have no memory of their own to give.
        if "memory" in self.__dict__:
            _POOL.take_back(self.memory)


class Pool:
    """Memory that waits to be used again."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin anew, as a child must: a thread of its parent may have held the lock."""
        self._lock = threading.Lock()
        self._returned: deque[Memory] = deque()
        self._waiting: OrderedDict[int, Memory] = OrderedDict()
        self._bytes = 0
        self._count = 0

    def get(self, nbytes: int) -> Memory:
        """Memory of `nbytes`, with whatever numbers are in it."""
        with self._lock:
            self._sort()
            for number in reversed(self._waiting):
                if self._waiting[number][0] == nbytes:
                    self._bytes -= nbytes
                    return self._waiting.pop(number)
        array = np.empty(nbytes + _ALIGNMENT, np.uint8)
        start = -int(array.__array_interface__["data"][0]) % _ALIGNMENT
        return nbytes, PickleBuffer(cast("Any", array)), start

    def take_back(self, memory: Memory) -> None:
        """Keep `memory` for later; this may happen at any time, also while this thread sorts."""
        if memory[0] > MOST:
            return
        self._returned.append(memory)
        # An interrupt may come after a call of acquire, and leave the lock; `with` has no such gap.
        if not self._lock.locked():
            with self._lock:
                self._sort()

    def clear(self) -> None:
        """Give all that waits back to the system."""
        with self._lock:
            self._returned.clear()
            self._waiting.clear()
            self._bytes = 0

    def waiting(self) -> int:
        """How many bytes wait."""
        with self._lock:
            self._sort()
            return self._bytes

    def _sort(self) -> None:
        while self._returned:
            memory = self._returned.popleft()
            self._waiting[self._count] = memory
            self._count += 1
            self._bytes += memory[0]
        while self._bytes > MOST:
            oldest = next(iter(self._waiting))
            self._bytes -= self._waiting[oldest][0]
            del self._waiting[oldest]


_POOL = Pool()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_POOL.forget)
clear = _POOL.clear
waiting = _POOL.waiting


def empty(shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return an array with whatever numbers were there before: np.empty, in used memory if large.

    >>> empty((2, 3), np.dtype(float)).shape
    (2, 3)
    """
    nbytes = math.prod(shape) * dtype.itemsize
    if nbytes < SMALLEST or dtype.hasobject:  # no numbers may be left where objects are to be
        return np.empty(shape, dtype)
    try:
        memory = _POOL.get(nbytes)
    except (MemoryError, ValueError):
        _POOL.clear()
        return np.empty(shape, dtype)  # It may be there now; else NumPy says shape and dtype.
    buffer = cast("Any", memory[1])
    lease: Any = np.ndarray.__new__(_Lease, shape, dtype, buffer, memory[2])
    lease.memory = memory
    array: NDArray[Any] = lease.view(np.ndarray)
    return array


def is_leased(array: NDArray[Any]) -> bool:
    """Whether `array` is what `empty` returned, and no view of it."""
    return isinstance(array.base, _Lease)
