"""Cores: workers keep off their caller's, and a caller is never moved."""

from __future__ import annotations

import os
import sys
import threading

import pytest

from einsum_grad.kernels.parallel import cores, workers
from einsum_grad.kernels.parallel.cores import move, other_cores
from einsum_grad.kernels.parallel.workers import Workers

needs_cores = pytest.mark.skipif(
    sys.platform != "linux" or cores.cores() < 2, reason="only Linux tells the core of a thread"
)
PARTS = [slice(0, 1), slice(1, 2)]


@needs_cores
def test_other_cores_are_all_that_a_thread_may_use_but_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    everywhere = os.sched_getaffinity(0)
    assert other_cores() < everywhere
    assert len(other_cores()) == len(everywhere) - 1
    monkeypatch.setattr(cores, "_core", cores._unknown)
    assert other_cores() == set()


@needs_cores
def test_workers_keep_off_their_callers_core(monkeypatch: pytest.MonkeyPatch) -> None:
    everywhere, caller = os.sched_getaffinity(0), threading.current_thread()
    team = Workers()

    def seen() -> dict[bool, set[int]]:
        meeting = threading.Barrier(2)

        def work(part: slice) -> tuple[bool, set[int]]:
            meeting.wait(30)
            return threading.current_thread() is caller, os.sched_getaffinity(0)

        return dict(team.run(work, PARTS, 1))

    for core in (min(everywhere), max(everywhere)):
        monkeypatch.setattr(cores, "_core", lambda core=core: core)
        assert seen() == {True: everywhere, False: everywhere - {core}}
    # So does a new one.
    team._workers = []
    assert seen() == {True: everywhere, False: everywhere - {max(everywhere)}}


@needs_cores
def test_workers_are_told_of_other_cores_only(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[set[int]] = []
    monkeypatch.setattr(workers, "move", lambda threads, where: told.append(where))
    team = Workers()
    for where in ({1}, {1}, {2}, set(), {2}, {1, 2}):
        monkeypatch.setattr(workers, "other_cores", lambda where=where: where)
        team.run(lambda part: None, PARTS, 1)
    assert told == [{1}, {2}, {1, 2}]


@needs_cores
def test_the_system_may_refuse_to_pin(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(thread: int, where: set[int]) -> None:
        raise PermissionError(thread)

    monkeypatch.setattr(os, "sched_setaffinity", refuse)
    move([0], {0})
    assert Workers().run(lambda part: part, PARTS, 1) == PARTS
