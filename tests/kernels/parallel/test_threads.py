"""Chunks on several threads: the same results, the caller's settings, and no way to hang."""

from __future__ import annotations

import contextvars
import multiprocessing
import os
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

import einsum_grad as eg
from einsum_grad.errors import ArgumentError, ArgumentTypeError
from einsum_grad.kernels.parallel import threads, workers
from einsum_grad.kernels.parallel.threads import in_blocks
from einsum_grad.kernels.parallel.workers import Workers
from tests.interrupts import interrupted
from tests.strategies import fractions
from tests.tries import tries

BLOCKS = 64


@pytest.fixture(autouse=True)
def _default(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for variable in ("EINSUM_GRAD_NUM_THREADS", "OMP_NUM_THREADS"):
        monkeypatch.delenv(variable, raising=False)
    eg.set_num_threads(4)
    yield
    eg.set_num_threads(None)


# The number of threads.


@pytest.mark.parametrize(
    ("pattern", "sizes"),
    [
        ("ij,ij->ij", {"i": 1024, "j": 1024}),
        ("ij,ij->", {"i": 1024, "j": 1024}),
        ("ij,ij->i", {"i": 1024, "j": 1024}),
        ("ij,i->j", {"i": 1024, "j": 2048}),
        ("i,ij,j->", {"i": 1024, "j": 2048}),
        ("bij,bjk->bik", {"b": 4096, "i": 8, "j": 8, "k": 16}),
        ("bij,bjk->bik", {"b": 16, "i": 128, "j": 128, "k": 256}),
        ("ij->ji", {"i": 1024, "j": 1024}),
        ("ij->j", {"i": 1024, "j": 1024}),
        ("ibj->bj", {"i": 8, "b": 256, "j": 512}),
    ],
)
@pytest.mark.parametrize("dtype", ["f4", "f8", "c16"])
def test_results_do_not_depend_on_the_number_of_threads(
    pattern: str, sizes: dict[str, int], dtype: str
) -> None:
    terms = pattern.partition("->")[0].split(",")
    operands = [
        fractions(tuple(sizes[label] for label in term), dtype, n) for n, term in enumerate(terms)
    ]
    function, found = eg.compile(pattern), []
    for number in (1, 2, 5):
        eg.set_num_threads(number)
        output, pullback = function.vjp(*operands)
        cotangent = np.ones_like(output)
        together = function.value_and_gradients(cotangent, *operands)
        found.append([output, *pullback(cotangent), together[0], *together[1]])
    for other in found[1:]:
        for one, two in zip(found[0], other, strict=True):
            assert one.dtype == two.dtype
            assert np.array_equal(one, two)


def test_the_number_of_threads_is_the_one_that_was_set() -> None:
    eg.set_num_threads(np.int64(3))  # type: ignore[arg-type]  # an index, as ints are
    assert eg.get_num_threads() == 3
    eg.set_num_threads(256)
    assert eg.get_num_threads() == 256


@pytest.mark.parametrize("number", [0, -1, 257])
def test_a_number_out_of_range_is_refused(number: int) -> None:
    with pytest.raises(ArgumentError, match=f"1 to 256, not {number}"):
        eg.set_num_threads(number)
    assert eg.get_num_threads() == 4


@pytest.mark.parametrize("number", ["2", 2.0, [2], True])
def test_anything_but_a_number_is_refused(number: Any) -> None:
    with pytest.raises(ArgumentTypeError, match="must be an int, not"):
        eg.set_num_threads(number)
    assert eg.get_num_threads() == 4


@pytest.mark.parametrize(
    ("ours", "omp", "number"),
    [
        ("3", "5", 3),
        ("3", None, 3),
        (None, "5", 5),
        (None, "4,2", 4),
        (None, " 4 , 2", 4),
        ("", "5", 5),
        ("0", "5", 5),
        ("-2", "5", 5),
        ("many", "5", 5),
        ("²", "5", 5),
        ("1000", None, 256),
        ("1" * 5000, None, 256),
    ],
)
def test_the_environment_sets_the_default(
    monkeypatch: pytest.MonkeyPatch, ours: str | None, omp: str | None, number: int
) -> None:
    eg.set_num_threads(None)
    for variable, text in (("EINSUM_GRAD_NUM_THREADS", ours), ("OMP_NUM_THREADS", omp)):
        if text is not None:
            monkeypatch.setenv(variable, text)
    assert eg.get_num_threads() == number
    eg.set_num_threads(2)
    assert eg.get_num_threads() == 2


def test_the_default_is_the_number_of_cores_of_the_process() -> None:
    eg.set_num_threads(None)
    assert eg.get_num_threads() == len(os.sched_getaffinity(0))


def test_the_default_in_a_worker_of_multiprocessing_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    eg.set_num_threads(None)
    monkeypatch.setattr(multiprocessing, "parent_process", object)
    assert eg.get_num_threads() == 1
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert eg.get_num_threads() == 3


# Chunks.


def names_of(work: Any = None) -> set[str]:
    """The threads at work when all wait for each other."""
    meeting = threading.Barrier(4)

    def wait(part: slice) -> str:
        if part.start < 4:
            meeting.wait(timeout=30)
        return threading.current_thread().name

    return set(in_blocks(work or wait, BLOCKS, BLOCKS))


def test_as_many_threads_work_as_were_set() -> None:
    names = names_of()
    assert len(names) == 4
    assert threading.current_thread().name in names


@pytest.mark.parametrize(
    ("length", "parts", "step"),
    [(0, 3, 1), (1, 3, 1), (9, 3, 3), (10, 3, 4), (10, 4, 3), (100, 33, 4), (100, 100, 1)],
)
def test_the_parts_are_the_whole_in_order(length: int, parts: int, step: int) -> None:
    found = in_blocks(lambda part: (part.start, part.stop), length, parts)
    starts = range(0, max(length, 1), step)
    assert found == [(start, min(start + step, length)) for start in starts]
    assert len(found) <= parts


def test_one_chunk_wakes_no_worker() -> None:
    (name,) = in_blocks(lambda part: threading.current_thread(), 7, 1)
    assert name is threading.current_thread()


def test_with_one_thread_no_worker_is_woken() -> None:
    eg.set_num_threads(1)
    names = in_blocks(lambda part: threading.current_thread(), BLOCKS, BLOCKS)
    assert set(names) == {threading.current_thread()}


@pytest.mark.parametrize("error", [ValueError("of a block"), KeyboardInterrupt("of a block")])
def test_an_error_in_a_chunk_reaches_the_caller(error: BaseException) -> None:
    def fail(part: slice) -> None:
        if part.start in (0, 40):
            raise error

    for _ in range(20):
        with pytest.raises(type(error), match="of a block"):
            in_blocks(fail, BLOCKS, BLOCKS)
    assert len(names_of()) == 4  # the workers live on


def test_the_caller_does_what_fails_only_in_a_worker() -> None:
    caller, failed = threading.current_thread(), threading.Event()

    def fail(part: slice) -> slice:
        if threading.current_thread() is caller:
            assert failed.wait(30)
            return part
        failed.set()
        raise MemoryError

    assert in_blocks(fail, 5, 5) == [slice(start, start + 1) for start in range(5)]


def test_a_chunk_may_have_chunks() -> None:
    def outer(part: slice) -> list[int]:
        return in_blocks(lambda inner: part.start * 100 + inner.start, 10, 10)

    found = in_blocks(outer, BLOCKS, BLOCKS)
    assert found == [[start * 100 + n for n in range(10)] for start in range(BLOCKS)]


def test_concurrent_callers_get_their_own_results() -> None:
    x = np.ones((512, 512))
    function = eg.compile("ij,ij->ij")

    def call(number: int) -> bool:
        results = [function(x * number, x) for _ in range(5)]
        return all((result == number).all() for result in results)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(call, range(40)))


# A chunk sees its caller's settings.


LARGE = np.full((512, 1024), 1e300)


@pytest.mark.parametrize("number", [1, 4])
def test_errstate_is_that_of_the_caller(number: int) -> None:
    eg.set_num_threads(number)
    function = eg.compile("ij,ij->ij")
    with np.errstate(over="raise"), pytest.raises(FloatingPointError, match="overflow"):
        function(LARGE, LARGE)
    with np.errstate(over="ignore"):
        assert np.isinf(function(LARGE, LARGE)).all()
    told: list[str] = []
    with np.errstate(over="call"):
        before = np.seterrcall(lambda kind, flag: told.append(kind))
        try:
            function(LARGE, LARGE)
        finally:
            np.seterrcall(before)
    assert set(told) == {"overflow"}


@pytest.mark.parametrize("number", [1, 4])
def test_a_warning_made_an_error_reaches_the_caller(number: int) -> None:
    eg.set_num_threads(number)
    function = eg.compile("ij,ij->ij")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(RuntimeWarning, match="overflow"):
            function(LARGE, LARGE)
    with pytest.warns(RuntimeWarning, match="overflow"):
        function(LARGE, LARGE)


def test_a_chunk_sees_and_keeps_the_callers_context_variables() -> None:
    variable = contextvars.ContextVar("variable", default="none")
    variable.set("the caller's")

    def work(part: slice) -> str:
        seen = variable.get()
        variable.set(seen)
        return seen

    assert set(in_blocks(work, BLOCKS, BLOCKS)) == {"the caller's"}


def test_numpys_buffer_size_is_restored() -> None:
    before = 4096
    at_first = np.setbufsize(before)
    inside = in_blocks(lambda part: np.getbufsize(), BLOCKS, BLOCKS)
    assert set(inside) == {512}
    assert np.getbufsize() == before

    def fail(part: slice) -> None:
        raise ValueError("of a block")

    with pytest.raises(ValueError, match="of a block"):
        in_blocks(fail, BLOCKS, BLOCKS)
    assert np.getbufsize() == before
    np.setbufsize(at_first)


# Where no thread can be started.


def test_the_caller_works_alone_where_no_thread_can_be_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(threads._State, "workers", Workers())

    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse)
        for _ in range(2):
            found = in_blocks(lambda part: threading.current_thread(), BLOCKS, BLOCKS)
            assert set(found) == {threading.current_thread()}
    assert len(names_of()) == 4  # as soon as they can


FORK = """
import os
import threading
import warnings

import numpy as np

import einsum_grad as eg

warnings.simplefilter("ignore")  # newer versions of Python warn of any fork with threads
eg.set_num_threads(4)
x = np.ones((512, 1024))
f = eg.compile("ij,ij->ij")
expected = f(x, x)


def child():
    assert (f(x, x) == expected).all()
    output, pullback = eg.compile("ij,kj->ik").vjp(x, x)
    assert (pullback(output)[0] == 512 * 1024).all()
    os._exit(7)


def forked():
    pid = os.fork()
    if pid == 0:
        child()
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
"""


def run(script: str) -> None:
    """Run a script in its own process; one that hangs fails."""
    subprocess.run([sys.executable, "-c", script], timeout=60, check=True)


AT_THE_END = """
import os
import numpy as np
import einsum_grad as eg

eg.set_num_threads(2)
f, x = eg.compile("ij,ij->ij"), np.ones((1000, 1000))
f(x, x)


class Last:
    def __init__(self):
        self.work, self.x, self.say = f, x, os.write

    def __del__(self):
        self.say(1, b"done" if self.work(self.x, self.x)[0, 0] == 1 else b"wrong")


last = Last()
"""


def test_finalizers_at_exit_run_without_the_threads() -> None:
    command = [sys.executable, "-c", AT_THE_END]
    assert subprocess.run(command, timeout=60, check=True, capture_output=True).stdout == b"done"


def test_an_interrupt_restores_all_settings() -> None:
    before = np.getbufsize()
    for place in interrupted(
        lambda: in_blocks(lambda part: part.start, BLOCKS, BLOCKS),
        in_blocks,
        threads._within,
        Workers.run,
        Workers._alive,
        workers._Job.wait,
        workers._drain,
    ):
        assert np.getbufsize() == before, place
    assert place > 5
    assert in_blocks(lambda part: part.start, BLOCKS, BLOCKS) == list(range(BLOCKS))


needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


@needs_fork
def test_a_forked_child_has_its_own_threads() -> None:
    run(f"{FORK}\nforked()\nassert (f(x, x) == expected).all()")


@needs_fork
def test_a_child_works_if_its_parent_forks_while_threads_are_at_work() -> None:
    run(
        f"""{FORK}
stop = threading.Event()


def busy():
    while not stop.is_set():
        f(x, x)


threads = [threading.Thread(target=busy) for _ in range(2)]
for thread in threads:
    thread.start()
for _ in range({tries(20)}):
    forked()
stop.set()
for thread in threads:
    thread.join()
"""
    )


@needs_fork
def test_a_child_builds_what_a_thread_of_its_parent_was_building() -> None:
    run(
        f"""{FORK}
from einsum_grad.runtime.cache import Cache

cache = Cache(2)
building, done = threading.Event(), threading.Event()


def build():
    building.set()
    done.wait()


thread = threading.Thread(target=cache.get, args=("key", build))
thread.start()
building.wait()
pid = os.fork()
if pid == 0:
    os._exit(cache.get("key", lambda: 7))
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
done.set()
thread.join()
"""
    )


def test_a_call_while_python_shuts_down_works_alone() -> None:
    run(
        """
import atexit
import numpy as np
import einsum_grad as eg
eg.set_num_threads(4)
atexit.register(lambda: eg.compile("ij,ij->ij")(np.ones((512, 1024)), np.ones((512, 1024))))
"""
    )
