"""Kernels in several threads: right for many callers, after forks and interrupts, the same bits."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import einsum_grad as eg
from einsum_grad.kernels.jit.kernel import Kernel
from einsum_grad.kernels.jit.parallel import in_parallel
from einsum_grad.lower import machine
from tests.kernels.jit.modules import HADAMARD, SUMS, module

pytest.importorskip("numba")
pytestmark = [pytest.mark.oracle, pytest.mark.compiled]


def ranges(length: int, steps: int, threads: int) -> list[tuple[int, int]]:
    kernel = Kernel(lambda start, stop: (start, stop), {"nogil": True})  # type: ignore[arg-type]
    eg.set_num_threads(threads)
    try:
        return in_parallel(kernel, length, steps)
    finally:
        eg.set_num_threads(None)


def test_each_thread_has_one_range() -> None:
    large = machine.KERNEL_STEPS
    assert ranges(10, large, 1) == [(0, 10)]
    assert ranges(10, large - 1, 4) == [(0, 10)]
    assert ranges(10, large, 3) == [(0, 4), (4, 8), (8, 10)]
    assert ranges(2, large, 3) == [(0, 1), (1, 2)]
    assert ranges(0, large, 3) == [(0, 0)]


def test_no_index_is_asked_whether_it_counts_from_the_end() -> None:
    sums, x = module(SUMS), np.ones((3, 2))
    assert sums.output(x).tolist() == [3, 3]
    (signature,) = sums.make_z.compiled_for((0, 3, x)).signatures
    assert [str(each) for each in signature[:2]] == ["uint64", "uint64"]


def test_eight_threads_at_once_get_what_one_gets() -> None:
    made, sums = module(HADAMARD), module(SUMS)
    arrays = [np.full((600, 500), n, "f4") + np.arange(500) for n in range(8)]

    def both(x: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> bool:
        z, (dx, dw) = made.value_and_gradients(x, x, x)
        return bool((z == x * x).all() and (dx == z).all() and (dw == z).all())

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(both, arrays * 20))
        wanted = [sums.output(x).tobytes() for x in arrays]
        assert [found.tobytes() for found in pool.map(sums.output, arrays * 5)] == wanted * 5


BESIDE = """
import os, sys, threading
import numpy as np
import numba
import einsum_grad as eg
from tests.kernels.jit.modules import HADAMARD, SUMS, module

eg.set_num_threads(2)
layer = numba.config.THREADING_LAYER
made = module(HADAMARD)
x = np.ones((600, 500))

def right():
    z, (dx, dw) = made.value_and_gradients(x, 2 * x, 3 * x)
    return bool((z == 6).all() and (dx == 3).all() and (dw == 2).all())
"""

FORK = """
assert right()
child = os.fork()
if not child:
    os._exit(0 if right() and right() else 1)
assert right() and os.waitpid(child, 0)[1] == 0 and right()
"""

USERS = """
@numba.njit(parallel=True)
def total(x):
    found = 0.0
    for i in numba.prange(x.shape[0]):
        found += x[i, :].sum()
    return found

assert right()
stop = threading.Event()
thread = threading.Thread(target=lambda: [right() for _ in iter(stop.is_set, True)])
thread.start()
assert all(total(x) == x.size and right() for _ in range(200))
stop.set()
thread.join()
assert numba.config.THREADING_LAYER == layer
"""

INTERRUPTED = """
import random, signal
def stop(*_):
    raise KeyboardInterrupt
sys.unraisablehook = lambda _: None  # an interrupt within a callback is lost, as Python has it
signal.signal(signal.SIGALRM, stop)
moments, count = random.Random(1), 0
for n in range(300):
    new = n % 8 == 0
    text = HADAMARD.replace("x[i, j] * w", f"x[i, j] * {n % 40}.0 * w")
    fresh = module(text) if new else made
    try:
        try:
            signal.setitimer(signal.ITIMER_REAL, moments.uniform(1e-5, 0.1 if new else 2e-3))
            fresh.value_and_gradients(x, x, x)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except KeyboardInterrupt:
        count += 1
    assert right(), n
    z, _ = fresh.value_and_gradients(x, x, x)
    assert (z == (n % 40 if new else 1)).all(), n
assert count > 20, count
assert len(threading.enumerate()) < 4
"""


@pytest.mark.parametrize(
    "rest",
    [
        pytest.param(FORK, id="fork", marks=pytest.mark.skipif(sys.platform == "win32", reason="")),
        pytest.param(USERS, id="a user's own"),
        pytest.param(
            INTERRUPTED,
            id="interrupts",
            marks=pytest.mark.skipif(sys.platform == "win32", reason="no timers of signals"),
        ),
    ],
)
def test_beside(rest: str) -> None:
    command = [sys.executable, "-W", "error", "-X", "faulthandler", "-c", BESIDE + rest]
    subprocess.run(command, timeout=300, check=True)
