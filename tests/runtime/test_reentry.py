"""Finalizers and signal handlers may call the library while it is running."""

from __future__ import annotations

import subprocess
import sys

from tests.tries import tries

BEGIN = """
import gc, os, sys, threading, weakref
import numpy as np
import einsum_grad as eg
from einsum_grad import once

OURS = os.path.dirname(eg.__file__)
eg.set_num_threads(2)
x = np.arange(160_000.0).reshape(400, 400) % 7
small = np.arange(12.0).reshape(3, 4)


def count():
    eg.cache_info()
    eg.set_num_threads(eg.get_num_threads())


def clear():
    eg.cache_clear()


def compile():
    f = eg.compile("ij,kj->ik")
    assert (f(small, small) == small @ small.T).all()
    assert f.module.forward(small, small).shape == (3, 3)


def large():
    f = eg.compile("ij,ij->ij")
    output, pullback = f.vjp(x, x)
    first, _ = pullback(output)
    assert (output == x * x).all() and (first == x**3).all()


def record():
    a = eg.Tensor(small, requires_grad=True)
    (eg.einsum("ij,ij->ij", a, a) * 3).sum().backward()
    assert (a.grad == 6 * small).all()


def derive():
    f = eg.compile("ij,jk->ik")
    assert f.jacobian(0).at(small, small.T).matvec(small).shape == (3, 3)
    assert f.jvp((small, small.T), (small, None))[1].shape == (3, 3)


def aside(call):
    "Have another thread call, and wait for it: it needs no lock that this thread has."
    errors = []

    def run():
        try:
            call()
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert not errors


def again(call):
    clear()
    call()
    call()


def places(outer, then, where):
    "Do `then` at some of the places where Python may handle a signal in `outer`; count them all."
    inside, count = False, 0

    def watch(frame, event, what):
        nonlocal inside, count
        if inside or not frame.f_code.co_filename.startswith((OURS, "<einsum-grad")):
            return
        if event in ("call", "return", "c_return"):
            count += 1
            if count in where:
                inside = True
                then()
                inside = False

    sys.setprofile(watch)
    try:
        again(outer)
    finally:
        sys.setprofile(None)
    return count


def everywhere(outer, inner, apart=1):
    "Call `inner` in one run of `outer`, at places that are so far apart."
    assert places(outer, inner, range(0, sys.maxsize, apart)) > 500


def anywhere(outer, inner, times):
    "Call `inner` in so many runs of `outer`, at another place in each."
    for place in range(1, all_places := places(outer, count, ()), all_places // times):
        places(outer, inner, {place})


for call in (compile, large, record, derive):
    again(call)
"""


def run(script: str) -> None:
    """Run a script in a process of its own; one that hangs fails."""
    subprocess.run([sys.executable, "-c", BEGIN + script], timeout=120, check=True)


def test_a_signal_handler_may_use_the_library_at_any_moment() -> None:
    run(
        f"""
for outer in (compile, large, record, derive):
    everywhere(outer, count)
    everywhere(outer, clear, 7)
    for inner in (compile, large, record, derive):
        anywhere(outer, inner, {tries(50)})
"""
    )


def test_no_lock_is_held_where_a_signal_handler_may_wait_for_another_thread() -> None:
    """The thread would wait for the lock, and the handler for the thread."""
    run(
        f"""
once.PATIENCE = 0.01
everywhere(compile, lambda: aside(count), 7)
everywhere(compile, lambda: aside(clear), 7)
anywhere(compile, lambda: aside(compile), {tries(100)})
"""
    )


def test_a_finalizer_that_cache_clear_runs_may_use_the_library() -> None:
    run(
        """
done = []


def use():
    done.append(eg.cache_info().currsize)
    eg.cache_clear()
    compile()


weakref.finalize(eg.compile("ij,jk->ki").module.forward, use)
clear()
gc.collect()  # a function and its globals are a cycle
weakref.finalize(eg.compile("ij,jk->ki"), use)
clear()
gc.collect()


class Last:
    def __del__(self):
        use()


f = eg.compile("ij->ji")
f.module.last = Last()
del f
clear()
gc.collect()
assert len(done) == 3
"""
    )


def test_a_finalizer_may_use_the_library_wherever_garbage_is_collected() -> None:
    run(
        """
done = []


class Cycle:
    def __init__(self):
        self.own = self

    def __del__(self):
        done.append(1)
        compile(), count()
        if len(done) % 10 == 0:
            clear(), record()


gc.set_threshold(20, 1, 1)
for turn in range(30):
    Cycle()
    again(compile)
    Cycle()
    large()
    eg.cache_clear()
assert len(done) > 40
"""
    )
