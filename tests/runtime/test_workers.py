"""How a box passes things from thread to thread, and that no thread is waited for in vain."""

from __future__ import annotations

import ctypes
import gc
import queue
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from einsum_grad.runtime.workers import _FLAGS, Box, Workers
from tests.interrupts import interrupted


@pytest.mark.parametrize("looks", [0, 3])
def test_a_box_gives_what_was_put_into_it(looks: int) -> None:
    box = Box()
    for thing in ("one", None, 3):
        box.put(thing)
        assert box.get(looks) is thing


@pytest.mark.parametrize("looks", [0, 3])
def test_a_reader_waits_for_what_comes(looks: int) -> None:
    there, back = Box(), Box()

    def echo() -> None:
        for _ in range(50):
            back.put(there.get(looks))

    threading.Thread(target=echo).start()
    for number in range(50):
        there.put(number)
        assert back.get(looks) == number


def test_a_reader_looks_until_the_flag_is_set_and_has_patience() -> None:
    box = Box()
    box.put("thing")
    assert box._flags.sum() == _FLAGS < len(box._flags)
    assert box._flags[:_FLAGS].all()
    # Each row is one flag over and over.
    assert box._rows.strides == (1, 0)


def test_a_flag_of_what_was_read_is_not_seen_again() -> None:
    box = Box()
    box.put("one")
    assert box.get(3) == "one"
    with pytest.raises(queue.Empty):
        box.get(3, timeout=0.001)
    assert not box._seen[_FLAGS - 3 :].any()


def test_what_is_there_is_given_at_once() -> None:
    box = Box()
    box.put("one")
    box.put("two")
    box._rows = box._rows[:0]  # a look would fail
    assert [box.get(3), box.get(3)] == ["one", "two"]


def test_a_flag_is_set_when_the_thing_is_there() -> None:
    seen: list[bool] = []

    class Things:
        def put(self, thing: object) -> None:
            seen.append(bool(box._flags.any()))

    box = Box()
    box._things = Things()  # type: ignore[assignment]  # it says what flags there are
    box.put("thing")
    assert seen == [False]
    assert box._flags[:_FLAGS].all()


# The work of a call.


PARTS = [slice(number, number + 1) for number in range(12)]


def met(count: int) -> Callable[[slice], str]:
    """Work that ends when so many threads are at it, and tells which one did it."""
    meeting = threading.Barrier(count)

    def work(part: slice) -> str:
        if part.start < count:
            meeting.wait(timeout=30)
        return threading.current_thread().name

    return work


def test_the_caller_and_its_helpers_work() -> None:
    team = Workers()
    names = {threading.current_thread().name, "einsum-grad 1", "einsum-grad 2"}
    for looks in (0, 1):
        assert set(team.run(met(3), PARTS, 2, looks)) == names


def test_nothing_of_a_call_is_held_when_it_is_done() -> None:
    class Thing:
        def __call__(self, part: slice) -> Any:
            return np.ones(3).view(Array)

    class Array(np.ndarray[Any, Any]):
        pass

    team, thing = Workers(), Thing()
    gone = [weakref.ref(thing), *map(weakref.ref, team.run(thing, PARTS, 2))]
    del thing
    deadline = time.monotonic() + 30
    while any(one() is not None for one in gone) and time.monotonic() < deadline:
        gc.collect()
        time.sleep(0.001)
    assert [one() for one in gone] == [None] * len(gone)


def test_a_caller_does_not_wait_for_a_thread_that_has_other_work() -> None:
    team, begun, end = Workers(), threading.Event(), threading.Event()

    def busy(part: slice) -> None:
        if threading.current_thread() is not first:
            begun.set()
        assert (end if threading.current_thread() is not first else begun).wait(30)

    first = threading.Thread(target=lambda: team.run(busy, PARTS[:2], 1))
    first.start()
    assert begun.wait(30)
    for _ in range(3):
        assert team.run(lambda part: part.start, PARTS, 1) == list(range(12))
    # One that is given the work all the same comes to it too late.
    team._workers[0].idle = True
    assert team.run(lambda part: part.start, PARTS, 1) == list(range(12))
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
def test_what_a_helper_fails_in_the_caller_does_itself(kind: type[BaseException]) -> None:
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
    # It wakes for this work, and is gone before it has any.
    assert team.run(lambda part: part.start, PARTS, 1) == list(range(12))
    worker.join(30)
    assert not worker.is_alive()
    assert len(set(team.run(met(2), PARTS, 1))) == 2
    assert worker not in team._workers


@dies
def test_a_worker_that_dies_without_a_word_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    caller, begun, put = threading.current_thread(), threading.Event(), Box.put

    def work(part: slice) -> int:
        if threading.current_thread() is caller:
            assert begun.wait(30)
        begun.set()
        return part.start

    def die(box: Box, thing: object) -> None:
        if threading.current_thread() is not caller:
            raise SystemExit
        put(box, thing)

    team = Workers()
    with monkeypatch.context() as patched:
        patched.setattr(Box, "put", die)  # a worker puts nothing but that it has left
        assert team.run(work, PARTS, 1) == list(range(12))
    (worker,) = team._workers
    assert not worker.is_alive()
    assert len(set(team.run(met(2), PARTS, 1))) == 2
    assert worker not in team._workers


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
        lambda: team.run(lambda part: part.start, PARTS, 2), Workers._idle, Workers._start
    ):
        assert not team._starting.locked(), place
        assert len(team._workers) <= 2
        team._workers = []
    assert place > 5
    assert len(set(team.run(met(3), PARTS, 2))) == 3
