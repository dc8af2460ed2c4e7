"""Interrupts at random moments of large work: right results afterwards, an unchanged process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from tests.tries import tries

COUNT = tries(1000)
"""The interrupts of all kinds of work together."""

INTERRUPTED = """
import os
import random
import signal
import sys
import threading
import time

import numpy as np

import einsum_grad as eg

sys.unraisablehook = lambda _: None  # an interrupt within `__del__` is lost, as Python has it
count = int(sys.argv[1])
eg.set_num_threads(2)
draw, moments = np.random.default_rng(1), random.Random(1)
kinds = {
    "transposed, multiplied": ("ij,ji->ij", "f4", (1500, 1500), (1500, 1500)),
    "transposed": ("ij->ji", "f4", (2000, 1500)),
    "copied": ("abc->bac", "f8", (64, 300, 100)),
    "summed": ("ij,ij->j", "f8", (2000, 600), (2000, 600)),
    "zeros": ("ii->i", "f4", (4200, 4200)),
    "in blocks": ("ij,ij->ij", "f8", (1000, 1000), (1000, 1000)),
    "matrices in blocks": ("bij,bjk->bik", "f4", (32, 128, 128), (32, 128, 128)),
    "by a BLAS": ("ij,jk->ik", "f4", (500, 500), (500, 500)),
}


def stop(*_):
    global due
    due -= 1
    if due >= 0:
        raise KeyboardInterrupt


def interrupted(call, delay):
    # Whether `call` was interrupted, by one signal or by two half a millisecond apart.
    global due
    due = moments.choice((1, 2))
    try:
        try:
            signal.setitimer(signal.ITIMER_REAL, delay, 5e-4)
            call()
        except KeyboardInterrupt:
            pass
        due, came = 0, due < 1
    except KeyboardInterrupt:
        came = True
    signal.setitimer(signal.ITIMER_REAL, 0)
    return came


def run(function, operands):
    output, pullback = function.vjp(*operands)
    cotangent = np.asfortranarray(np.full_like(output, 3))
    return output, *pullback(cotangent)


def state():
    return os.sched_getaffinity(0), np.getbufsize(), np.geterr()


signal.signal(signal.SIGALRM, stop)
before, interrupts, due = state(), 0, 0
for kind, (pattern, dtype, *shapes) in kinds.items():
    function = eg.compile(pattern)
    others = [draw.integers(-9, 9, shape, np.int8).astype(dtype) for shape in shapes]
    operands = [other[::-1] + other for other in others]
    wanted = [array.copy() for array in run(function, operands)]
    began = time.perf_counter()
    run(function, others)
    length = time.perf_counter() - began
    for _ in range(count // len(kinds)):
        delay = moments.uniform(1e-5, length)
        interrupts += interrupted(lambda: run(function, [one.copy() for one in others]), delay)
        for found, right in zip(run(function, operands), wanted, strict=True):
            assert (found == right).all(), kind
        assert state() == before, kind
assert interrupts > count // 4, interrupts
assert len(threading.enumerate()) < 5
"""


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no timers of signals")
def test_after_an_interrupt_results_are_right_and_the_process_unchanged() -> None:
    command = [sys.executable, "-X", "faulthandler", "-c", INTERRUPTED, str(COUNT)]
    subprocess.run(command, timeout=600, check=True)


BESIDE = """
import threading

import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits

import einsum_grad as eg

eg.set_num_threads(2)
draw = np.random.default_rng(1)
x, w = (draw.standard_normal((32, 128, 128)).astype("f4") for _ in "12")
a, v = draw.standard_normal((500, 450)), draw.standard_normal((450, 550))
blocks, whole = eg.compile("bij,bjk->bik"), eg.compile("ij,jk->ik")


def numbers():
    return [library["num_threads"] for library in threadpool_info()]


def bits():
    return [f(*o).tobytes() for f, o in ((blocks, (x, w)), (whole, (a, v)))]


def busy():
    while not stop.is_set():
        blocks(x, w)


def limiting():
    while not stop.is_set():
        with threadpool_limits(2):
            stop.wait(0.0003)


before, wanted, stop = numbers(), bits(), threading.Event()
threads = [threading.Thread(target=target, daemon=True) for target in TARGETS]
for thread in threads:
    thread.start()
for _ in range(COUNT):
    assert bits() == wanted
    if limiting not in TARGETS:
        assert numbers() == before
stop.set()
for thread in threads:
    thread.join()
assert numbers() == before
"""


@pytest.mark.parametrize("targets", ["busy, busy", "busy, limiting"])
def test_bits_do_not_depend_on_concurrent_work(targets: str) -> None:
    pytest.importorskip("threadpoolctl")
    given = f"TARGETS, COUNT = ({targets}), {tries(50)}"
    script = BESIDE.replace("before, wanted", f"{given}\nbefore, wanted", 1)
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "2"}
    subprocess.run([sys.executable, "-c", script], timeout=300, check=True, env=environment)
