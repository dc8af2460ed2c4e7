"""Threads that help a caller with its blocks, and a caller that needs none of them.

Three rules make an interrupt, a dying thread and a busy one harmless:

- A block waits in a deque, to pop is atomic, and so nobody does a block that another has. The deque
  holds all that reaches the caller's arrays: who empties it takes the job away from everybody.
- A helper that is in a block holds its arrays, so no memory of theirs is used again meanwhile. A
  caller waits for who is in its job, also if it is interrupted, and for nobody else.
- What a helper didn't finish, for whatever reason, the caller does itself.
"""

from __future__ import annotations

import contextlib
import contextvars
import functools
import queue
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from einsum_grad.kernels.parallel.cores import cores, move, other_cores
from einsum_grad.lower import machine

MISSING = object()
"""Stands for the result of a block that isn't done."""

Work = Callable[[slice], Any]
Gather = Callable[[list[Any]], None]
"""Called by the caller with the results at hand, after each block of its own and at the end."""


class Bell:
    """Wakes a thread, which listens for a while before it sleeps.

    To wake a thread that sleeps takes longer than what many blocks take. So who waits reads flags
    over and over until they are set, and lets others have Python's lock meanwhile: that is `any` of
    rows that are one flag each. The last flags are never set, and reading them is for patience: who
    rings still has the lock, and to wait for it would be to sleep.
    """

    def __init__(self) -> None:
        rows = machine.SPINS_OF_CALLER + machine.SPINS_OF_PATIENCE
        self._flags = np.zeros(rows, np.bool_)
        self._set = self._flags[: machine.SPINS_OF_CALLER]
        self._rows = np.ndarray((rows, machine.SPIN_READS), np.bool_, self._flags, strides=(1, 0))
        self._seen = np.empty(rows, np.bool_)
        self._rung: queue.SimpleQueue[None] = queue.SimpleQueue()

    def ring(self) -> None:
        """Wake who waits, or comes to wait; to ring twice before it does so is to ring once."""
        if self._rung.empty():
            self._rung.put(None)
        # It comes last: who waits has the lock as soon as this thread lets it go.
        self._set[:] = True

    def wait(self, looks: int, timeout: float | None = None) -> None:
        """Return when the bell was rung, or it is late; look at so many flags before sleeping."""
        # Who rings after the next line sets the flags again, and who rang before is heard at once.
        self._set[:] = False
        if looks and self._rung.empty():
            first = machine.SPINS_OF_CALLER - looks
            np.logical_or.reduce(self._rows[first:], axis=1, out=self._seen[first:])
        with contextlib.suppress(queue.Empty):
            self._rung.get(timeout=timeout)


class _Job:
    """The blocks of one call that nobody has begun, and who is at work on others."""

    def __init__(self, blocks: deque[Callable[[], None]]) -> None:
        self.blocks = blocks
        # NumPy's errstate is a context variable: a block sees what its caller has set.
        self._context = contextvars.copy_context()
        self._inside: set[threading.Thread] = set()
        self._left = Bell()

    def help(self) -> None:
        """Do blocks until there are none, as a helper; an error is left to the caller's own try."""
        own = threading.current_thread()
        self._inside.add(own)
        with contextlib.suppress(BaseException):
            self._context.copy().run(_drain, self.blocks)
        self._inside.discard(own)
        self._left.ring()

    def wait(self, looks: int) -> None:
        """Return when no helper is in a block; to be called when no block is left to begin."""
        while any(thread.is_alive() for thread in self._inside.copy()):
            self._left.wait(looks, machine.CHECK_SECONDS)


def _drain(blocks: deque[Callable[[], None]], then: Callable[[], None] = lambda: None) -> None:
    """Do blocks until there are none; `then` comes after each."""
    while True:
        try:
            block = blocks.popleft()
        except IndexError:
            return
        block()
        then()


class _Worker(threading.Thread):
    """A thread that helps with the latest job it was offered, for as long as the process lives."""

    def __init__(self, number: int) -> None:
        super().__init__(name=f"einsum-grad {number}", daemon=True)
        self._bell = Bell()
        # One that is offered while the thread is busy takes the place of another: no job needs it.
        self._offers: deque[tuple[_Job, int]] = deque(maxlen=1)

    def offer(self, job: _Job, looks: int) -> None:
        """Have the thread help with `job`, and then look so often for another one."""
        self._offers.append((job, looks))
        self._bell.ring()

    def run(self) -> None:
        looks = 0
        while True:
            self._bell.wait(looks)
            with contextlib.suppress(IndexError):
                job, looks = self._offers.popleft()
                job.help()
                del job


class Workers:
    """Threads that wait for something to do; the caller's own thread is one more."""

    def __init__(self) -> None:
        self._workers: list[_Worker] = []
        self._starting = threading.Lock()
        self._where: set[int] = set()

    def run(
        self,
        work: Work,
        parts: Sequence[slice],
        count: int = 0,
        looks: int = 0,
        gather: Gather = lambda results: None,
    ) -> list[Any]:
        """Return what `work` returns for each part, done by the caller and up to `count` threads.

        The threads then look for more work so often. There may be fewer: others may have them, and
        the system may refuse another one, as it does when Python shuts down.
        """
        results = [MISSING] * len(parts)

        def block(number: int) -> None:
            results[number] = work(parts[number])

        blocks: deque[Callable[[], None]] = deque(
            functools.partial(block, number) for number in range(len(parts))
        )
        gathering = functools.partial(gather, results)
        if not count:
            _drain(blocks, gathering)
            return results
        job, spins = _Job(blocks), count < cores()
        try:
            workers = self._alive(count)
            self._move(workers)
            for worker in workers:
                worker.offer(job, looks if spins else 0)
            _drain(blocks, gathering)
            job.wait(machine.SPINS_OF_CALLER if spins else 0)
            for number, result in enumerate(results):
                if result is MISSING:
                    block(number)
            gathering()
        except BaseException:
            blocks.clear()
            job.wait(0)
            raise
        return results

    def _alive(self, count: int) -> list[_Worker]:
        """`count` threads, or fewer if no more can be started."""
        few = sum(worker.is_alive() for worker in self._workers) < count
        # A signal handler may be called in the midst of it, and call this.
        if few and not self._starting.locked():
            # An interrupt after a call of acquire would leave the lock; `with` has no such gap.
            with self._starting:
                self._start(count)
        return [worker for worker in self._workers if worker.is_alive()][:count]

    def _move(self, workers: list[_Worker]) -> None:
        """Have threads keep from the core of their caller.

        Linux would put both on one where it sees another core spin, as OpenBLAS's threads do for a
        while, and leave them there: what two threads share would take as long as one takes.
        """
        where = other_cores()
        if where and where != self._where:
            move((worker.native_id for worker in workers if worker.native_id), where)
            self._where = where

    def _start(self, count: int) -> None:
        self._where = set()
        self._workers = [worker for worker in self._workers if worker.is_alive()]
        while len(self._workers) < count:
            worker = _Worker(len(self._workers) + 1)
            # It is known before it lives: one whose start is interrupted is found, or replaced.
            self._workers.append(worker)
            try:
                worker.start()
            except RuntimeError:
                self._workers.remove(worker)
                return
