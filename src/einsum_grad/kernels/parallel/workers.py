"""Threads that help a caller with its chunks, and a caller that depends on none of them.

Three rules make an interrupt, a dying thread and a busy one harmless:

- Chunks wait in a deque, whose pop is atomic, so no chunk is done twice. Nothing but the deque
  refers to the caller's arrays: emptying it takes the job away from everybody.
- A helper within a chunk holds its arrays, so their memory isn't reused meanwhile. A caller waits
  for the helpers within its own job, even if it is interrupted, and for nobody else.
- What a helper didn't finish, for whatever reason, the caller does itself.
"""

from __future__ import annotations

import _thread
import contextlib
import contextvars
import functools
import queue
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from einsum_grad.lower import machine

MISSING = object()
"""The result of a chunk that isn't done yet."""

Work = Callable[[slice], Any]
Gather = Callable[[list[Any]], None]
"""Called by the caller with the results so far, after each chunk of its own and at the end."""


def _is_alive(thread: threading.Thread) -> bool:
    """Whether `thread` runs; an interrupt within this changes nothing.

    `Thread.is_alive` isn't asked: until Python 3.12 an interrupt within it marks a living thread as
    ended, and its caller would no longer wait for it.
    """
    # The list has threads that are to begin, too, which have no identifier yet.
    return thread.ident is not None and thread in threading.enumerate()


class _Job:
    """The chunks of one call that nobody has begun, and the helpers at work on others."""

    def __init__(self, blocks: deque[Callable[[], None]]) -> None:
        self.blocks = blocks
        # NumPy's errstate is a context variable: a chunk sees its caller's.
        self._context = contextvars.copy_context()
        self._inside: set[threading.Thread] = set()
        self._left: queue.SimpleQueue[None] = queue.SimpleQueue()

    def help(self) -> None:
        """Do chunks as a helper until none is left; one that fails is tried again by the caller."""
        own = threading.current_thread()
        self._inside.add(own)
        with contextlib.suppress(BaseException):
            self._context.copy().run(_drain, self.blocks)
        self._inside.discard(own)
        self._left.put(None)

    def wait(self) -> None:
        """Return once no helper is within a chunk; to be called when no chunk is left to begin."""
        while any(map(_is_alive, self._inside.copy())):
            with contextlib.suppress(queue.Empty):
                self._left.get(timeout=machine.CHECK_SECONDS)


def _drain(blocks: deque[Callable[[], None]], then: Callable[[], None] = lambda: None) -> None:
    """Do chunks until none is left, and `then` after each."""
    while True:
        try:
            block = blocks.popleft()
        except IndexError:
            return
        block()
        then()


class _Worker(threading.Thread):
    """A thread that helps with the latest job it was offered, as long as the process lives."""

    def __init__(self, number: int) -> None:
        super().__init__(name=f"einsum-grad {number}", daemon=True)
        # A job offered to a busy thread replaces the one before: no job depends on its helpers.
        self._offers: deque[_Job] = deque(maxlen=1)
        self._bell: queue.SimpleQueue[None] = queue.SimpleQueue()

    def begin(self) -> None:
        """Start the thread; raise `RuntimeError` if the system has no more.

        `start` waits until the thread tells that it lives, for ever if it dies before: so it is
        another thread that calls it.
        """
        told: queue.SimpleQueue[None] = queue.SimpleQueue()

        def start() -> None:
            with contextlib.suppress(RuntimeError):
                self.start()
            told.put(None)

        _thread.start_new_thread(start, ())
        with contextlib.suppress(queue.Empty):
            told.get(timeout=machine.BIRTH_SECONDS)

    def offer(self, job: _Job) -> None:
        """Have the thread help with `job` as soon as it can."""
        self._offers.append(job)
        if self._bell.empty():
            self._bell.put(None)

    def run(self) -> None:
        while True:
            self._bell.get()
            with contextlib.suppress(IndexError):
                job = self._offers.popleft()
                job.help()
                del job


class Workers:
    """A pool of threads; the caller's own thread works beside them."""

    def __init__(self) -> None:
        self._workers: list[_Worker] = []
        self._starting = threading.Lock()

    def run(
        self,
        work: Work,
        parts: Sequence[slice],
        count: int = 0,
        gather: Gather = lambda results: None,
    ) -> list[Any]:
        """Return what `work` returns for each part, done by the caller and up to `count` threads.

        There may be fewer threads: others may have them, and the system may refuse new ones, as it
        does when Python shuts down.
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
        job = _Job(blocks)
        try:
            for worker in self._alive(count):
                worker.offer(job)
            _drain(blocks, gathering)
            job.wait()
            for number, result in enumerate(results):
                if result is MISSING:
                    block(number)
            gathering()
        except BaseException:
            blocks.clear()
            job.wait()
            raise
        return results

    def _alive(self, count: int) -> list[_Worker]:
        """Return `count` threads, or fewer if no more can be started."""
        few = sum(map(_is_alive, self._workers)) < count
        # A signal handler may run in the middle of it and call this again.
        if few and not self._starting.locked():
            # An interrupt right after acquire() would leave it locked; `with` has no such gap.
            with self._starting:
                self._start(count)
        return list(filter(_is_alive, self._workers))[:count]

    def _start(self, count: int) -> None:
        self._workers = list(filter(_is_alive, self._workers))
        while len(self._workers) < count:
            worker = _Worker(len(self._workers) + 1)
            # It is listed before it starts: one whose start is interrupted is used, or replaced.
            self._workers.append(worker)
            try:
                worker.begin()
            except RuntimeError:
                self._workers.remove(worker)
                return
