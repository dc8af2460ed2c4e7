"""Which cores threads run on, and that a caller has its own back."""

from __future__ import annotations

import contextlib
import os
import sys

import pytest

from einsum_grad.runtime import cores
from einsum_grad.runtime.cores import Staying, core_of_caller, keep_from
from tests.interrupts import interrupted

needs_cores = pytest.mark.skipif(
    sys.platform != "linux" or cores.cores() < 2, reason="only Linux tells the core of a thread"
)


@needs_cores
def test_the_core_of_a_caller_is_one_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    assert core_of_caller() in os.sched_getaffinity(0)
    monkeypatch.setattr(cores, "_core", cores._unknown)
    assert core_of_caller() is None


@needs_cores
def test_one_core_alone_is_not_told() -> None:
    everywhere = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(everywhere)})
    try:
        assert core_of_caller() is None
    finally:
        os.sched_setaffinity(0, everywhere)


@needs_cores
def test_a_thread_stays_on_a_core_and_then_runs_anywhere_again() -> None:
    everywhere = os.sched_getaffinity(0)
    for core in everywhere:
        with contextlib.suppress(ValueError), Staying(core):
            assert os.sched_getaffinity(0) == {core}
            raise ValueError
        assert os.sched_getaffinity(0) == everywhere


@needs_cores
def test_without_a_core_a_thread_runs_anywhere() -> None:
    everywhere = os.sched_getaffinity(0)
    with Staying(None):
        assert os.sched_getaffinity(0) == everywhere


# Python tells of what it can't raise out of `__del__`, which runs after each block too.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@needs_cores
def test_after_an_interrupt_a_thread_runs_anywhere() -> None:
    everywhere = os.sched_getaffinity(0)
    core = min(everywhere)

    def call() -> None:
        with Staying(core):
            pass

    functions = (Staying.__enter__, Staying.__exit__, Staying._leave, cores._move)
    places = 0
    for places in interrupted(call, *functions):
        assert os.sched_getaffinity(0) == everywhere, f"interrupted at {places}"
    assert places > 10


@needs_cores
def test_a_system_may_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(thread: int, where: set[int]) -> None:
        raise PermissionError(thread)

    monkeypatch.setattr(os, "sched_setaffinity", refuse)
    everywhere = os.sched_getaffinity(0)
    keep_from(min(everywhere), [0])
    with Staying(min(everywhere)):
        assert os.sched_getaffinity(0) == everywhere
