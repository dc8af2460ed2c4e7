"""The cores that threads run on."""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from collections.abc import Callable, Iterable

from einsum_grad.runtime.undone import Undone


def cores() -> int:
    """The cores that the calling thread may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _unknown() -> None:
    """The core of a thread where the system doesn't tell."""


_core: Callable[[], int | None] = _unknown
if sys.platform == "linux":
    _core = getattr(ctypes.PyDLL(None), "sched_getcpu", _unknown)


def core_of_caller() -> int | None:
    """The core that the calling thread is on; None where the system doesn't tell, or has no other.

    It is one of those that the thread may use.
    """
    core = _core()
    return core if core is not None and cores() > 1 else None


def keep_from(core: int, threads: Iterable[int]) -> None:
    """Have `threads`, by their native identifiers, run on other cores than `core`."""
    others = os.sched_getaffinity(0) - {core}
    for thread in threads:
        _move(thread, others)


class Staying(Undone):
    """Has the calling thread stay on `core`.

    A thread that waits for Python's lock is woken by who gives it away, and Linux may wake it on
    that one's core: there it waits again, and what two threads share takes as long as one takes.

    >>> with Staying(None):
    ...     total = sum(range(10))
    """

    def __init__(self, core: int | None) -> None:
        self._core = core
        self._everywhere: set[int] = set()
        self._thread = threading.get_native_id()

    def _begin(self) -> None:
        if self._core is not None:
            self._everywhere = os.sched_getaffinity(self._thread)
            _move(self._thread, {self._core})

    def _leave(self) -> None:
        if self._everywhere:
            _move(self._thread, self._everywhere)
            self._everywhere = set()


def _move(thread: int, where: set[int]) -> None:
    """Have `thread` run on some cores, if the system lets it."""
    try:
        os.sched_setaffinity(thread, where)
    except OSError:  # it is an improvement, and not needed
        return
