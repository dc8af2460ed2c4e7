"""A value is made once if possible, and no thread waits forever."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from einsum_grad import once as module
from einsum_grad.once import _Turn, once
from tests.interrupts import interrupted_anywhere

Table = dict[str, int]


@pytest.fixture(autouse=True)
def _clean() -> None:
    module._TURNS.clear()
    module._WAITED_FOR.clear()


@pytest.fixture
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make running out of patience fail the test."""
    monkeypatch.setattr(module, "PATIENCE", 100.0)


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.02)


def in_thread(work: Callable[[], Any]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def joined(*threads: threading.Thread) -> None:
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()


def test_existing_values_are_found_and_missing_ones_made() -> None:
    table: Table = {"a": 1}
    assert once(table, "a", lambda: 2) == 1
    assert once(table, "b", lambda: 3) == 3
    assert table == {"a": 1, "b": 3}
    assert module._TURNS == {}


def test_exceptions_are_not_stored() -> None:
    table: Table = {}

    def fail() -> int:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        once(table, "a", fail)
    assert table == {}
    assert module._TURNS == {}
    assert once(table, "a", lambda: 1) == 1


@pytest.mark.usefixtures("_patient")
def test_sixteen_threads_make_a_value_once() -> None:
    table: Table = {}
    together, made, found = threading.Barrier(16), [], []

    def make() -> int:
        time.sleep(0.05)  # long enough for the others to ask
        made.append(1)
        return 5

    def ask() -> None:
        together.wait()
        found.append(once(table, "a", make))

    joined(*[in_thread(ask) for _ in range(16)])
    assert (made, found) == ([1], [5] * 16)
    assert not module._TURNS
    assert not module._WAITED_FOR


@pytest.mark.usefixtures("_patient")
def test_a_maker_that_asks_for_its_own_value_makes_it() -> None:
    """As a signal handler or a finalizer may, which runs in the middle of it."""
    table: Table = {}
    inner: list[int] = []

    def make() -> int:
        inner.append(once(table, "a", lambda: 2))
        return 1

    joined(in_thread(lambda: inner.append(once(table, "a", make))))
    assert inner == [2, 2]
    assert module._TURNS == {}


@pytest.mark.usefixtures("_patient")
def test_threads_that_need_each_others_values_do_not_deadlock() -> None:
    table: Table = {}
    together = threading.Barrier(3)
    names = "abc"

    def maker(number: int) -> None:
        def make() -> int:
            together.wait()
            return once(table, names[(number + 1) % 3], lambda: 10) + number

        once(table, names[number], make)

    joined(*[in_thread(lambda n=number: maker(n)) for number in range(3)])  # type: ignore[misc]
    assert table.keys() == set(names)
    assert not module._TURNS
    assert not module._WAITED_FOR


@pytest.mark.usefixtures("_impatient")
def test_a_holder_of_a_lock_that_the_maker_wants_waits_a_while() -> None:
    table: Table = {}
    theirs, making = threading.Lock(), threading.Event()

    def make() -> int:
        making.set()
        with theirs:
            return 1

    with theirs:
        thread = in_thread(lambda: once(table, "a", make))
        assert making.wait(20)
        assert once(table, "a", lambda: 2) == 2
    joined(thread)
    assert table == {"a": 2}


@pytest.mark.usefixtures("_impatient")
def test_of_many_impatient_threads_not_all_begin() -> None:
    table: Table = {}
    begun: list[int] = []
    done = threading.Event()

    def make() -> int:
        begun.append(1)
        assert done.wait(20)
        return 1

    threads = [in_thread(lambda: once(table, "a", make)) for _ in range(30)]
    while len(begun) < 3:
        time.sleep(0.001)
    done.set()
    joined(*threads)
    assert len(begun) < 20


@pytest.mark.usefixtures("_impatient")
def test_an_interrupt_anywhere_keeps_nobody_from_a_value() -> None:
    table: Table = {}

    def use() -> None:
        table.clear()
        assert once(table, "a", lambda: 1) == 1

    places = interrupted_anywhere(use, use, once, _Turn.__init__, _Turn.end)
    for place in places:
        table.clear()
        found: list[int] = []
        joined(in_thread(lambda got=found: got.append(once(table, "a", lambda: 2))))  # type: ignore[misc]
        assert found == [2], place
        assert once(table, "b", lambda: 3) == 3
    assert place > 50


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_child_makes_what_a_thread_of_its_parent_was_making() -> None:
    script = """
import os, threading, warnings
import einsum_grad as eg
from einsum_grad import once as module
from einsum_grad.syntax import grammar

module.PATIENCE = 1000
warnings.simplefilter("ignore")  # newer versions of Python warn of any fork with threads
made, building, done = grammar._lark, threading.Event(), threading.Event()

def build(name):
    building.set()
    done.wait()
    return made(name)

grammar._lark = build
thread = threading.Thread(target=eg.compile, args=("ij,jk->ik",))
thread.start()
building.wait()
pid = os.fork()
if pid == 0:
    grammar._lark = made
    os._exit(len(eg.compile("ij,jk->ik").wrt))
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 2
done.set()
thread.join()
"""
    subprocess.run([sys.executable, "-c", script], timeout=60, check=True)
