"""Threads that help a caller: how they wait, how they are told, and on which cores they run."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from einsum_grad.runtime.cores import Staying, core_of_caller, cores, keep_from

_LOOK = 10_000
"""How often a flag is read before the next one is: some 5 µs."""

_FLAGS = 60
"""How many flags a caller reads before it sleeps: it has nothing else to do."""

AGAIN = 20
"""How many flags a worker reads that is soon needed again: a tenth of a millisecond."""

_PATIENCE = 3
"""How many flags more are read that nobody sets."""

_STAYS = 16
"""The calls in which a caller stays on its core, after one in which the system moved it.

It would move it again, to the worker's core, for some 40 ms after a pause. Always to stay would
cost a tenth where other processes want that core.
"""


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
        self._to_stay = 0

    def run(self, count: int, task: Callable[[], object], looks: int = 0) -> list[Any]:
        """Have the caller and up to `count` threads run `task`, and return what it returned.

        To be called by who holds `free`. The threads then look for more work so often. There may be
        fewer: the system may refuse another thread, and does when Python shuts down.
        """
        while len(self._boxes) < count and self._one_more():
            self._beside = None
        core = core_of_caller()
        self._keep_from(core)
        spins = count < cores()
        boxes = list(self._boxes.values())[:count]
        answers = [Box() for _ in boxes]
        for box, answer in zip(boxes, answers, strict=True):
            box.put((task, answer, looks if spins else 0))
        with Staying(core if self._to_stay else None):
            own = task()
        moved = core is not None and core_of_caller() != core
        self._to_stay = _STAYS if moved else max(0, self._to_stay - 1)
        return [own, *(answer.get(_FLAGS if spins else 0) for answer in answers)]

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

    def _keep_from(self, core: int | None) -> None:
        """Keep the threads from the core of their caller.

        A system that sees another core spin, as OpenBLAS's threads do for a while, would put caller
        and worker on one, and leave them there.
        """
        if core is not None and core != self._beside:
            self._beside = core
            keep_from(core, (thread.native_id for thread in self._boxes if thread.native_id))


def _work(box: Box) -> None:
    """Do what is put into `box`, for as long as the process lives."""
    looks = 0
    while True:
        task, answer, looks = box.get(looks)
        result = task()
        del task  # and with it the arrays of the caller, while this thread waits
        answer.put(result)
        del answer, result
