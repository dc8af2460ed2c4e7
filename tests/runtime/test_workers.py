"""How a box passes things from thread to thread, and where workers run."""

from __future__ import annotations

import gc
import os
import threading
import weakref

import pytest

from einsum_grad.runtime import workers
from einsum_grad.runtime.workers import _FLAGS, Box, Workers
from tests.runtime.test_cores import needs_cores


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


@pytest.mark.parametrize("waits", [True, False])
def test_a_flag_of_what_was_read_is_not_seen_again(waits: bool) -> None:
    class Things:
        def empty(self) -> bool:
            return not waits

        def get(self) -> str:
            return "thing"

    box = Box()
    box.put("what was read")
    box._things = Things()  # type: ignore[assignment]  # it says when something is there
    assert box.get(3) == "thing"
    assert box._seen[_FLAGS - 3 : _FLAGS].all() == waits


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


def test_each_worker_answers() -> None:
    team = Workers()
    own = threading.current_thread().name
    names = [thread.name for thread in team.run(3, threading.current_thread)]
    assert names == [own, "einsum-grad 1", "einsum-grad 2", "einsum-grad 3"]
    again = [thread.name for thread in team.run(2, threading.current_thread, 1)]
    assert again == [own, "einsum-grad 1", "einsum-grad 2"]


def test_a_worker_at_rest_holds_nothing_of_its_last_task() -> None:
    class Task:
        def __call__(self) -> None:
            return None

    team, task = Workers(), Task()
    gone = weakref.ref(task)
    assert team.run(1, task) == [None, None]
    del task
    gc.collect()
    assert gone() is None


@needs_cores
def test_workers_keep_from_the_core_of_their_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    everywhere = os.sched_getaffinity(0)
    team = Workers()
    for core in (min(everywhere), max(everywhere)):
        monkeypatch.setattr(workers, "core_of_caller", lambda core=core: core)
        own, worker = team.run(1, lambda: os.sched_getaffinity(0))
        assert (own, worker) == (everywhere, everywhere - {core})


@needs_cores
def test_workers_are_told_of_another_core_only(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []
    monkeypatch.setattr(workers, "keep_from", lambda core, threads: told.append(core))
    team = Workers()
    for core in (0, 0, 1, 1):
        monkeypatch.setattr(workers, "core_of_caller", lambda core=core: core)
        team.run(1, lambda: None)
    assert told == [0, 1]


@needs_cores
def test_a_caller_that_was_moved_stays_for_some_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    everywhere = os.sched_getaffinity(0)
    here, there = min(everywhere), max(everywhere)
    at = here
    monkeypatch.setattr(workers, "core_of_caller", lambda: at)

    def task() -> set[int]:
        return os.sched_getaffinity(0)

    def moving() -> set[int]:
        nonlocal at
        at = there
        return task()

    team = Workers()
    assert team.run(1, moving)[0] == everywhere
    for _ in range(workers._STAYS):
        assert team.run(1, task)[0] == {there}
        assert os.sched_getaffinity(0) == everywhere
    assert team.run(1, task)[0] == everywhere


@needs_cores
def test_a_new_worker_keeps_from_the_core_too(monkeypatch: pytest.MonkeyPatch) -> None:
    everywhere = os.sched_getaffinity(0)
    core = min(everywhere)
    monkeypatch.setattr(workers, "core_of_caller", lambda: core)
    team = Workers()
    for count in (1, 2):
        found = team.run(count, lambda: os.sched_getaffinity(0))
        assert found[1:] == [everywhere - {core}] * count


def test_where_no_core_is_told_all_run_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "core_of_caller", lambda: None)
    assert Workers().run(1, lambda: "done") == ["done", "done"]
