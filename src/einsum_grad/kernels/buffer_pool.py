"""Memory that large results are made in, used again when nobody holds the result any more.

A fresh page costs as much as the arithmetic on it: the system clears it first. So a large array is
made in memory that an array of the same size has given back. It comes back by itself: whatever sees
the array's numbers refers to the array, and the array to its bases, the last of which is made of a
`_Lease`; when the last of them goes, the lease goes, and leaves its memory here. NumPy knows where
that memory is, but not whose: so there is nothing behind the lease that somebody could hold.

There is no lock. Memory comes back whenever the last reference goes, in a finalizer, in a signal
handler, and in the middle of any line below. Each change is one operation of a list or a dictionary
instead, which Python does as a whole, and what waits is counted when it is asked for. So memory
that is on its way from a list to its borrower is in no list: nobody else gets it, and where an
interrupt ends the way, it goes back to the system.
"""

from __future__ import annotations

import math
from contextlib import suppress
from pickle import PickleBuffer
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from einsum_grad.lower import machine


class Memory(NamedTuple):
    """So many bytes of an array that owns them, and where they are in the words of NumPy."""

    nbytes: int
    owner: NDArray[np.uint8]
    interface: dict[str, Any]


class _Lease:
    """What borrowed memory belongs to; it gives the memory back when it goes."""

    __slots__ = ("__array_interface__", "_memory")
    __array_interface__: dict[str, Any]
    _memory: Memory

    def __del__(self) -> None:
        if hasattr(self, "_memory"):  # an interrupt may come before it has any
            _POOL.take_back(self._memory)


class _Lent(np.ndarray[Any, Any]):
    """The base of an array that was lent; NumPy never looks behind it for another."""

    __slots__ = ()


class Pool:
    """Memory that waits to be used again."""

    def __init__(self) -> None:
        self._waiting: dict[int, list[Memory]] = {}
        """What waits by its bytes, the last to come the last; the first size waits longest."""

    def get(self, nbytes: int) -> Memory:
        """Memory of `nbytes`, with whatever numbers are in it."""
        found = self._waiting.get(nbytes)
        if found:
            try:
                memory = found.pop()
            except IndexError:  # another thread had the last
                return _allocated(nbytes)
            if not found:
                # What another thread has put there meanwhile goes to the system.
                self._waiting.pop(nbytes, None)
            return memory
        return _allocated(nbytes)

    def take_back(self, memory: Memory) -> None:
        """Keep `memory` for later; this may happen at any time, also in the middle of `get`."""
        nbytes = memory.nbytes
        if nbytes <= machine.POOL_LIMIT:
            self._waiting.setdefault(nbytes, []).append(memory)
            if self.waiting() > machine.POOL_LIMIT:
                self._shrink()

    def clear(self) -> None:
        """Give all that waits back to the system."""
        self._waiting.clear()

    def waiting(self) -> int:
        """How many bytes wait."""
        # To copy the keys is one operation; another thread may change them after it.
        total = 0
        for nbytes in list(self._waiting):
            total += nbytes * len(self._waiting.get(nbytes, ()))
        return total

    def _shrink(self) -> None:
        """Give what has waited longest back to the system, until no more waits than may."""
        for nbytes in list(self._waiting):
            found = self._waiting.get(nbytes, [])
            while found and self.waiting() > machine.POOL_LIMIT:
                with suppress(IndexError):
                    found.pop(0)
            if found:
                return
            self._waiting.pop(nbytes, None)


def _allocated(nbytes: int) -> Memory:
    owner = np.empty(nbytes + machine.CACHE_LINE, np.uint8)
    address = int(owner.__array_interface__["data"][0])
    start = address + -address % machine.CACHE_LINE
    place = {"shape": (nbytes,), "typestr": "|u1", "data": (start, False), "version": 3}
    return Memory(nbytes, owner, place)


_POOL = Pool()
clear = _POOL.clear
waiting = _POOL.waiting


def empty(shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return an array with whatever numbers were there before: np.empty, in used memory if large.

    >>> empty((2, 3), np.dtype(float)).shape
    (2, 3)
    """
    nbytes = math.prod(shape) * dtype.itemsize
    if nbytes < machine.REUSED or dtype.hasobject:  # no numbers may be left where objects are to be
        return np.empty(shape, dtype)
    try:
        memory = _POOL.get(nbytes)
    except (MemoryError, ValueError):
        _POOL.clear()
        return np.empty(shape, dtype)  # It may be there now; else NumPy says shape and dtype.
    lease = _Lease()
    lease._memory = memory
    lease.__array_interface__ = memory.interface
    place = PickleBuffer(cast("Any", np.asarray(cast("Any", lease))))
    array: NDArray[Any] = np.ndarray.__new__(_Lent, shape, dtype, cast("Any", place)).view(
        np.ndarray
    )
    return array


def is_leased(array: NDArray[Any]) -> bool:
    """Whether `array` is what `empty` returned, and no view of it."""
    return isinstance(array.base, _Lent)
