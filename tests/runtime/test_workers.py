"""How a box passes things from thread to thread, and where workers run."""

from __future__ import annotations

import gc
import os
import sys
import threading
import weakref

import pytest

from einsum_grad.runtime import workers
from einsum_grad.runtime.workers import Box, Workers


@pytest.mark.parametrize("looks", [0, 3])
def test_a_box_gives_what_was_put_into_it(looks: int) -> None:
    box = Box(looks)
    for thing in ("one", None, 3):
        box.put(thing)
        assert box.get() is thing


@pytest.mark.parametrize("looks", [0, 3])
def test_a_reader_waits_for_what_comes(looks: int) -> None:
    there, back = Box(looks), Box(looks)

    def echo() -> None:
        for _ in range(50):
            back.put(there.get())

    threading.Thread(target=echo).start()
    for number in range(50):
        there.put(number)
        assert back.get() == number


def test_a_reader_looks_until_the_flag_is_set_and_once_more() -> None:
    box = Box(2)
    box.put("thing")
    assert box._flags.tolist() == [True, True, False]
    box.get()
    assert not box._flags.any()
    # Each row is one flag over and over.
    assert box._rows.strides == (1, 0)


def test_each_worker_answers() -> None:
    team = Workers()
    answers = team.start(3, threading.current_thread)
    names = {answer.get().name for answer in answers}
    assert names == {"einsum-grad 1", "einsum-grad 2", "einsum-grad 3"}
    again = team.start(2, threading.current_thread)
    assert {answer.get().name for answer in again} == {"einsum-grad 1", "einsum-grad 2"}


def test_a_worker_at_rest_holds_nothing_of_its_last_task() -> None:
    class Task:
        def __call__(self) -> None:
            return None

    team, task = Workers(), Task()
    gone = weakref.ref(task)
    (answer,) = team.start(1, task)
    answer.get()
    del task
    gc.collect()
    assert gone() is None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the core of a thread")
def test_workers_keep_from_the_core_of_their_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    everywhere = os.sched_getaffinity(0)
    if len(everywhere) < 2:
        pytest.skip("there is one core")
    team = Workers()
    for core in (min(everywhere), max(everywhere)):
        monkeypatch.setattr(workers, "_core", lambda core=core: core)
        (answer,) = team.start(1, lambda: os.sched_getaffinity(0))
        assert answer.get() == everywhere - {core}
    assert os.sched_getaffinity(0) == everywhere


def test_where_no_core_is_told_workers_run_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_core", workers._unknown_core)
    (answer,) = Workers().start(1, lambda: "done")
    assert answer.get() == "done"
