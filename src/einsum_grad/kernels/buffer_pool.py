"""A pool of buffers for large results, reused once nothing refers to the result any more.

A fresh page costs as much as the arithmetic on it, since the system clears it first. So a large
array is made in memory that an array of the same size has returned. Memory returns by itself: every
view refers to its array, and the array to its bases, the last of which is made from a `_Lease`;
when the last reference is dropped, the lease is finalized and returns its memory. NumPy knows the
address alone, so nobody can reach the memory's owner, behind the lease, through an array.

There is no lock: memory may return in a finalizer, in a signal handler, between any two operations
below. Each change is instead one atomic operation on a list or dictionary, and the total is counted
when it is asked for. Memory on its way from a list to its borrower is in no list, so nobody else
gets it, and if an interrupt comes just then it goes back to the system.
"""

from __future__ import annotations

import math
from contextlib import suppress
from contextvars import ContextVar
from pickle import PickleBuffer
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from einsum_grad.lower import machine


class Memory(NamedTuple):
    """A buffer, the array that owns it, and its address as an array interface."""

    nbytes: int
    owner: NDArray[np.uint8]
    interface: dict[str, Any]


class _Lease:
    """The owner of borrowed memory; its finalizer returns the memory to the pool."""

    __slots__ = ("__array_interface__", "_memory")
    __array_interface__: dict[str, Any]
    _memory: Memory

    def __del__(self) -> None:
        if hasattr(self, "_memory"):  # an interrupt may come before it has any
            _POOL.take_back(self._memory)


class _Lent(np.ndarray[Any, Any]):
    """The base of a lent array; NumPy collapses no chain of bases past a subclass."""

    __slots__ = ()


class Pool:
    """Buffers that wait to be reused."""

    def __init__(self) -> None:
        self._waiting: dict[int, list[Memory]] = {}
        """Waiting buffers by size in bytes, the latest last; the first size has waited longest."""

    def get(self, nbytes: int) -> Memory:
        """Return `nbytes` of memory with arbitrary contents."""
        found = self._waiting.get(nbytes)
        if found:
            try:
                memory = found.pop()
            except IndexError:  # another thread took the last one
                return _allocated(nbytes)
            if not found:
                # If another thread has returned one meanwhile, that goes to the system.
                self._waiting.pop(nbytes, None)
            return memory
        return _allocated(nbytes)

    def take_back(self, memory: Memory) -> None:
        """Keep `memory` for later; may be called at any time, even in the middle of `get`."""
        nbytes = memory.nbytes
        if nbytes <= machine.POOL_LIMIT:
            self._waiting.setdefault(nbytes, []).append(memory)
            if self.waiting() > machine.POOL_LIMIT:
                self._shrink()

    def clear(self) -> None:
        """Give all waiting memory back to the system."""
        self._waiting.clear()

    def waiting(self) -> int:
        """The bytes that wait."""
        # Copying the keys is atomic; another thread may change them afterwards.
        total = 0
        for nbytes in list(self._waiting):
            total += nbytes * len(self._waiting.get(nbytes, ()))
        return total

    def _shrink(self) -> None:
        """Give back to the system what has waited longest, until the limit is kept."""
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


_OWN = ContextVar("arrays have memory of their own", default=False)


def leave_alone() -> None:
    """Make large arrays in memory of their own, in the current context.

    What their holder gives up is then free at once: one who moves arrays to disk because memory is
    short would wait in vain for memory that a pool keeps.
    """
    _OWN.set(True)


def empty(shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return np.empty(shape, dtype), in reused memory if it is large.

    >>> empty((2, 3), np.dtype(float)).shape
    (2, 3)
    """
    nbytes = math.prod(shape) * dtype.itemsize
    if nbytes < machine.REUSED or dtype.hasobject or _OWN.get():  # stale bytes are no objects
        return np.empty(shape, dtype)
    try:
        memory = _POOL.get(nbytes)
    except (MemoryError, ValueError):
        _POOL.clear()
        return np.empty(shape, dtype)  # it may fit now; else NumPy's error has shape and dtype
    lease = _Lease()
    lease._memory = memory
    lease.__array_interface__ = memory.interface
    place = PickleBuffer(cast("Any", np.asarray(cast("Any", lease))))
    array: NDArray[Any] = np.ndarray.__new__(_Lent, shape, dtype, cast("Any", place)).view(
        np.ndarray
    )
    return array


def is_leased(array: NDArray[Any]) -> bool:
    """Whether `array` is itself what `empty` returned, not a view of it."""
    return isinstance(array.base, _Lent)
