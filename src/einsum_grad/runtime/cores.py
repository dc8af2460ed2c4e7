"""The cores that threads run on. Only threads of ours are ever moved, never a caller."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable, Iterable


def cores() -> int:
    """The cores that the calling thread may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _unknown() -> None:
    """The core of a thread where the system doesn't tell."""


_core: Callable[[], int | None] = _unknown
if sys.platform == "linux":
    _core = getattr(ctypes.PyDLL(None), "sched_getcpu", _unknown)


def other_cores() -> set[int]:
    """Those of them that it isn't on; none where the system doesn't tell."""
    core = _core()
    return set() if core is None else os.sched_getaffinity(0) - {core}


def move(threads: Iterable[int], where: set[int]) -> None:
    """Have `threads`, by their native identifiers, run on some cores, if the system lets them."""
    for thread in threads:
        try:
            os.sched_setaffinity(thread, where)
        except OSError:  # it is an improvement, and not needed
            return
