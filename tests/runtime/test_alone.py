"""A BLAS has one thread while blocks have the cores, and those it had afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import einsum_grad as eg
from einsum_grad.runtime import alone, blas
from einsum_grad.runtime.alone import Alone
from tests.interrupts import interrupted

found = blas.threads()
needs_openblas = pytest.mark.skipif(found is None, reason="NumPy has another BLAS here")
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


@pytest.fixture
def get() -> Iterator[Callable[[], int]]:
    """What tells the number of threads, which is 2 before."""
    assert found is not None
    tell, set_ = found
    before = tell()
    set_(2)
    yield tell
    set_(before)


@needs_openblas
def test_a_blas_is_alone_and_then_as_it_was(get: Callable[[], int]) -> None:
    with Alone():
        assert get() == 1
        with Alone():
            assert get() == 1
        assert get() == 1
    assert get() == 2


@needs_openblas
def test_an_error_does_not_leave_it_alone(get: Callable[[], int]) -> None:
    with pytest.raises(ValueError, match="inside"), Alone():
        raise ValueError("inside")
    assert get() == 2


# Python tells of what it can't raise out of `__del__`, which runs after each block too.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@needs_openblas
def test_an_interrupt_does_not_leave_it_alone(get: Callable[[], int]) -> None:
    def call() -> None:
        with Alone():
            pass

    functions = (Alone.__enter__, Alone.__exit__, Alone._begin, Alone._leave, alone._set_back)
    places = 0
    for places in interrupted(call, *functions):
        assert get() == 2, f"interrupted at {places}"
        with Alone():
            assert get() == 1
        assert get() == 2
    assert places > 10


@needs_openblas
def test_it_is_as_it_was_when_the_last_of_several_threads_is_done(get: Callable[[], int]) -> None:
    inside, outside = threading.Event(), threading.Event()

    def other() -> None:
        with Alone():
            inside.set()
            outside.wait(30)

    thread = threading.Thread(target=other)
    with Alone():
        thread.start()
        assert inside.wait(30)
    assert get() == 1
    outside.set()
    thread.join()
    assert get() == 2


FORK = """
import os

from einsum_grad.runtime import blas
from einsum_grad.runtime.alone import Alone

get, set_ = blas.threads()
set_(2)
with Alone():
    pid = os.fork()
    if pid == 0:
        with Alone():
            alone = get()
        os._exit(10 * alone + get())
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 12
"""


@needs_openblas
@needs_fork
def test_a_forked_child_has_the_threads_back() -> None:
    subprocess.run([sys.executable, "-W", "ignore", "-c", FORK], timeout=60, check=True)


@needs_openblas
def test_blocks_are_multiplied_by_a_blas_alone(
    get: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    multiply: Any = np.matmul

    def matmul(*args: Any, **options: Any) -> Any:
        seen.append(get())
        return multiply(*args, **options)

    monkeypatch.setattr(np, "matmul", matmul)
    x = np.ones((16, 128, 128))
    eg.set_num_threads(2)
    try:
        assert (eg.compile("bij,bjk->bik")(x, x) == 128).all()
    finally:
        eg.set_num_threads(None)
    assert len(seen) > 1
    assert set(seen) == {1}
    assert get() == 2


def test_another_blas_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Any:
        raise ImportError(name)

    blas.threads.cache_clear()
    monkeypatch.setattr("importlib.import_module", missing)
    try:
        with Alone():
            assert blas.threads() is None
    finally:
        blas.threads.cache_clear()
