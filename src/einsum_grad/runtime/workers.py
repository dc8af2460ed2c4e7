"""Threads that help a caller: how they wait, how they are told, and on which cores they run."""

from __future__ import annotations

import ctypes
import os
import queue
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

_LOOK = 10_000
"""How often a flag is read before the next one is: some 5 µs."""

_FLAGS = 60
"""How many flags a caller reads before it sleeps: it has nothing else to do."""

AGAIN = 20
"""How many flags a worker reads that is soon needed again: a tenth of a millisecond."""

_PATIENCE = 2
"""How many flags more are read that nobody sets."""


class Box:
    """A place for one thing at a time, whose reader looks for it before it sleeps.

    To wake a thread that sleeps takes longer than what many blocks take. So the reader reads flags
    over and over until they are set, and lets others have Python's lock meanwhile: that is `any` of
    rows that are one flag each. The last flags are never set, and reading them is for patience: who
    put the thing still has the lock, and to wait for it would be to sleep.
    """

    def __init__(self) -> None:
        rows = _FLAGS + _PATIENCE
        self._flags = np.zeros(rows, np.bool_)
        self._set = self._flags[:_FLAGS]
        self._rows = np.ndarray((rows, _LOOK), np.bool_, self._flags, strides=(1, 0))
        self._seen = np.empty(rows, np.bool_)
        self._things: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def put(self, thing: object) -> None:
        """Give `thing` to the reader."""
        self._things.put(thing)
        # It comes last: the reader has the lock as soon as this thread lets it go.
        self._set[:] = True

    def get(self, looks: int) -> Any:
        """Return what was put here, once it is, and look for it so often."""
        if self._things.empty():
            self._set[:] = False
        first = _FLAGS - looks
        np.logical_or.reduce(self._rows[first:], axis=1, out=self._seen[first:])
        return self._things.get()


class Workers:
    """Threads that wait for something to do; the caller's own thread is one more."""

    def __init__(self) -> None:
        self.free = threading.Lock()
        self._boxes: dict[threading.Thread, Box] = {}
        self._beside: int | None = None

    def run(self, count: int, task: Callable[[], object], looks: int = 0) -> Iterator[Any]:
        """Have the caller and up to `count` threads run `task`, and return what it returned.

        To be called by who holds `free`. The threads then look for more work so often. There may be
        fewer: the system may refuse another thread, and does when Python shuts down.
        """
        while len(self._boxes) < count and self._one_more():
            self._beside = None
        self._make_room()
        spins = count < cores()
        boxes = list(self._boxes.values())[:count]
        answers = [Box() for _ in boxes]
        for box, answer in zip(boxes, answers, strict=True):
            box.put((task, answer, looks if spins else 0))
        yield task()
        yield from (answer.get(_FLAGS if spins else 0) for answer in answers)

    def _one_more(self) -> bool:
        """Start a thread, if the system has one."""
        box = Box()
        name = f"einsum-grad {len(self._boxes) + 1}"
        thread = threading.Thread(target=_work, args=(box,), name=name, daemon=True)
        try:
            thread.start()
        except RuntimeError:
            return False
        self._boxes[thread] = box
        return True

    def _make_room(self) -> None:
        """Keep the threads from the core of their caller.

        A system that sees another core spin, as OpenBLAS's threads do for a while, would put caller
        and worker on one, and leave them there.
        """
        core = _core()
        if core is None or core == self._beside:
            return
        self._beside = core
        others = os.sched_getaffinity(0) - {core}
        names = [thread.native_id for thread in self._boxes if thread.native_id]
        for name in names if others else ():
            try:
                os.sched_setaffinity(name, others)
            except OSError:  # it is an improvement, and not needed
                return


def _work(box: Box) -> None:
    """Do what is put into `box`, for as long as the process lives."""
    looks = 0
    while True:
        task, answer, looks = box.get(looks)
        result = task()
        del task  # and with it the arrays of the caller, while this thread waits
        answer.put(result)
        del answer, result


def cores() -> int:
    """The cores that the process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _unknown_core() -> None:
    """The core of a thread where the system doesn't tell."""


_core: Callable[[], int | None] = _unknown_core
if sys.platform == "linux":
    _core = getattr(ctypes.PyDLL(None), "sched_getcpu", _unknown_core)
