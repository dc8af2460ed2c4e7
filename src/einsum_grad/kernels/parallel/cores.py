"""The cores that threads run on. Only our own threads are ever moved, never a caller."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable, Iterable


def cores() -> int:
    """The number of cores that the calling thread may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _unknown() -> None:
    """Stand in for sched_getcpu where the system has none."""


_core: Callable[[], int | None] = _unknown
if sys.platform == "linux":
    _core = getattr(ctypes.PyDLL(None), "sched_getcpu", _unknown)


def other_cores() -> set[int]:
    """The cores that the calling thread may use but isn't on; none where that isn't known."""
    core = _core()
    return set() if core is None else os.sched_getaffinity(0) - {core}


def move(threads: Iterable[int], where: set[int]) -> None:
    """Pin `threads`, given by native identifiers, to some cores, if the system allows it."""
    for thread in threads:
        try:
            os.sched_setaffinity(thread, where)
        except OSError:  # an optimisation, not needed
            return
