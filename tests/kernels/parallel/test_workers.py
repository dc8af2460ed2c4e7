"""Threads help with the chunks of a call, and no caller waits in vain."""

from __future__ import annotations

import _thread
import ctypes
import queue
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from einsum_grad.kernels.parallel.workers import Workers, _is_alive, _Job
from einsum_grad.lower import machine
from tests.interrupts import interrupted

# The work of a call.


PARTS = [slice(number, number + 1) for number in range(12)]


def met(count: int) -> Callable[[slice], str]:
    """Work that ends once so many threads are at it, and tells which one did it."""
    meeting = threading.Barrier(count)

    def work(part: slice) -> str:
        if part.start < count:
            meeting.wait(timeout=30)
        return threading.current_thread().name

    return work


def test_the_caller_and_its_helpers_work() -> None:
    team = Workers()
    names = {threading.current_thread().name, "einsum-grad 1", "einsum-grad 2"}
    for _ in range(2):
        assert set(team.run(met(3), PARTS, 2)) == names


def test_nothing_of_a_finished_call_is_kept_alive() -> None:
    class Thing:
        def __call__(self, part: slice) -> Any:
            return np.ones(3).view(Array)

    class Array(np.ndarray[Any, Any]):
        pass

    team, thing = Workers(), Thing()
    gone = queue.SimpleQueue[object]()
    watched = [weakref.ref(each, gone.put) for each in (thing, *team.run(thing, PARTS, 2))]
    del thing
    for _ in watched:
        gone.get(timeout=30)


def test_a_caller_does_not_wait_for_a_thread_that_has_other_work() -> None:
    team, begun, end = Workers(), threading.Event(), threading.Event()

    def busy(part: slice) -> None:
        if threading.current_thread() is not first:
            begun.set()
        assert (end if threading.current_thread() is not first else begun).wait(30)

    first = threading.Thread(target=lambda: team.run(busy, PARTS[:2], 1))
    first.start()
    assert begun.wait(30)
    for _ in range(10):
        assert team.run(lambda part: part.start, PARTS, 1) == list(range(12))
    # One of them waits for the thread, which gets to it too late.
    assert len(team._workers[0]._offers) == 1
    assert not end.is_set()
    end.set()
    first.join()


def in_worker(then: Callable[[threading.Thread], None]) -> Callable[[slice], str]:
    """Work in which `then` is called by a worker once, while the caller waits for that."""
    caller, done = threading.current_thread(), threading.Event()

    def work(part: slice) -> str:
        thread = threading.current_thread()
        if thread is caller:
            assert done.wait(30)
        elif not done.is_set():
            done.set()
            then(thread)
        return f"part {part.start}"

    return work


RIGHT = [f"part {number}" for number in range(12)]


def set_in_thread(thread: threading.Thread, kind: type[BaseException]) -> None:
    set_exception = ctypes.pythonapi.PyThreadState_SetAsyncExc
    assert set_exception(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(kind)) == 1


@pytest.mark.parametrize("kind", [MemoryError, SystemExit, KeyboardInterrupt, ValueError])
def test_the_caller_does_what_a_helper_fails_in(kind: type[BaseException]) -> None:
    def fail(thread: threading.Thread) -> None:
        raise kind

    team = Workers()
    assert team.run(in_worker(fail), PARTS, 1) == RIGHT
    assert team.run(in_worker(lambda thread: set_in_thread(thread, kind)), PARTS, 1) == RIGHT
    assert len(set(team.run(met(2), PARTS, 1))) == 2


dies = pytest.mark.filterwarnings(
    # That it died is what is tested.
    "ignore::pytest.PytestUnhandledThreadExceptionWarning"
)


@dies
def test_a_worker_that_dies_at_rest_is_replaced() -> None:
    team = Workers()
    team.run(met(2), PARTS, 1)
    (worker,) = team._workers
    set_in_thread(worker, SystemExit)
    # It wakes for this work and dies before it begins any.
    assert team.run(lambda part: part.start, PARTS, 1) == list(range(12))
    worker.join(30)
    assert not worker.is_alive()
    assert len(set(team.run(met(2), PARTS, 1))) == 2
    assert worker not in team._workers


@dies
def test_a_worker_that_dies_in_a_job_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    caller, begun = threading.current_thread(), threading.Event()

    def work(part: slice) -> slice:
        if threading.current_thread() is caller:
            assert begun.wait(30)
        return part

    def die(job: _Job) -> None:
        # Where an asynchronous exception would arrive at the worst moment.
        job._inside.add(threading.current_thread())
        job.blocks.popleft()
        begun.set()
        time.sleep(0.05)
        raise SystemExit

    team = Workers()
    with monkeypatch.context() as patched:
        patched.setattr(_Job, "help", die)
        assert team.run(work, PARTS, 1) == PARTS
    (worker,) = team._workers
    assert not worker.is_alive()
    assert len(set(team.run(met(2), PARTS, 1))) == 2
    assert worker not in team._workers


def test_a_worker_that_dies_before_it_tells_that_it_lives_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    team, results = Workers(), queue.SimpleQueue[list[int]]()
    monkeypatch.setattr(machine, "BIRTH_SECONDS", 0.01)
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "_bootstrap_inner", lambda thread: None)
        _thread.start_new_thread(
            lambda: results.put(team.run(lambda part: part.start, PARTS, 2)), ()
        )
        assert results.get(timeout=30) == list(range(12))
    assert len(set(team.run(met(3), PARTS, 2))) == 3
    assert len(team._workers) == 2


def test_an_interrupted_caller_waits_for_its_helpers() -> None:
    caller, begun, ended = threading.current_thread(), threading.Event(), threading.Event()

    def work(part: slice) -> None:
        if threading.current_thread() is caller:
            assert begun.wait(30)
            raise KeyboardInterrupt
        begun.set()
        time.sleep(0.1)
        ended.set()

    with pytest.raises(KeyboardInterrupt):
        Workers().run(work, PARTS, 1)
    assert ended.is_set()


def test_threads_may_be_dismissed_by_an_interrupt_while_they_start() -> None:
    team = Workers()
    for place in interrupted(
        lambda: team.run(lambda part: part.start, PARTS, 2), Workers._alive, Workers._start
    ):
        assert not team._starting.locked(), place
        assert len(team._workers) <= 2
        team._workers = []
    assert place > 5
    assert len(set(team.run(met(3), PARTS, 2))) == 3


LIVES: list[Callable[..., Any]] = [
    _is_alive,
    threading.Thread.is_alive,
    getattr(threading.Thread, "_wait_for_tstate_lock", _is_alive),  # until Python 3.12
]
"""What tells whether a thread lives."""


def test_no_interrupt_makes_a_living_thread_pass_for_an_ended_one() -> None:
    # Python 3.12's `is_alive` marks a thread as ended if an interrupt comes within it.
    team = Workers()
    team.run(met(2), PARTS, 1)
    worker, *_ = team._workers
    for _place in interrupted(lambda: team.run(lambda part: part.start, PARTS, 1), *LIVES):
        assert team._workers == [worker]
        assert worker.is_alive()
    assert len(set(team.run(met(2), PARTS, 1))) == 2
    assert team._workers == [worker]


def test_an_interrupt_while_a_caller_waits_does_not_end_the_wait_for_its_helpers() -> None:
    ended = threading.Event()

    def work(part: slice) -> None:
        if threading.current_thread() is not caller:
            ended.clear()
            begun.set()
            time.sleep(0.02)
            ended.set()
        else:
            assert begun.wait(30)

    caller, begun, team = threading.current_thread(), threading.Event(), Workers()
    ended.set()
    for _place in interrupted(lambda: team.run(work, PARTS[:2], 1), _Job.wait, *LIVES):
        assert ended.is_set()
        begun.clear()
