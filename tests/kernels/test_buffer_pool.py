"""Memory is reused only once nobody can reach it."""

from __future__ import annotations

import contextvars
import ctypes
import gc
import itertools
import math
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import einsum_grad as eg
from einsum_grad.kernels import buffer_pool
from einsum_grad.kernels.buffer_pool import Memory, Pool, empty, is_leased
from einsum_grad.lower import machine
from einsum_grad.runtime.cache import Cache
from tests.interrupts import interrupted, interrupted_anywhere
from tests.strategies import whole

FLOAT = np.dtype(float)
LARGE = (512, 512)


@pytest.fixture(autouse=True)
def _nothing_waits() -> Iterator[None]:
    # Memory that an earlier test left in a cycle would return in the middle of this one.
    gc.collect()
    buffer_pool.clear()
    yield
    buffer_pool.clear()


def address(array: NDArray[Any]) -> int:
    where: int = array.__array_interface__["data"][0]
    return where


def leased() -> NDArray[Any]:
    return empty(LARGE, FLOAT)


def test_memory_that_nobody_holds_is_reused() -> None:
    array = leased()
    where = address(array)
    assert buffer_pool.waiting() == 0
    del array
    assert buffer_pool.waiting() == math.prod(LARGE) * 8
    again = leased()
    assert address(again) == where
    assert buffer_pool.waiting() == 0


def test_memory_in_use_is_not_reused() -> None:
    held = [leased() for _ in range(4)]
    for number, array in enumerate(held):
        array[...] = number
    del held[1]
    held.append(leased())
    held[-1][...] = 9
    assert [int(array[-1, -1]) for array in held] == [0, 2, 3, 9]
    spans = sorted((address(array), array.nbytes) for array in held)
    for (start, nbytes), (following, _) in itertools.pairwise(spans):
        assert start + nbytes <= following


def end_of(array: Any) -> Any:
    """What following `.base` leads to."""
    while getattr(array, "base", None) is not None:
        array = array.base
    return array


@pytest.mark.parametrize(
    "view_of",
    [
        lambda array: array[1:],
        lambda array: array.T,
        lambda array: array.reshape(-1)[::-1],
        lambda array: array[::2].T[3:, None],
        lambda array: array.view(np.int64),
        lambda array: array.view(np.matrix),
        np.ma.masked_array,
        lambda array: np.broadcast_to(array, (3, *LARGE)),
        lambda array: np.lib.stride_tricks.as_strided(array, (2,), (8,)),
        lambda array: array.flat,
        memoryview,
        lambda array: memoryview(array)[2:],
        lambda array: np.asarray(memoryview(array)),
        np.frombuffer,
        np.from_dlpack,
        np.ctypeslib.as_ctypes,
        lambda array: array.ctypes,
        iter,
        np.nditer,
        lambda array: array.data,
        lambda array: array.base,
        lambda array: array.base.base,
        end_of,
        lambda array: np.asarray(array.base),
        lambda array: np.asarray(end_of(array)),
        lambda array: memoryview(array.base.base),
        lambda array: np.frombuffer(array.base.base),
        lambda array: np.frombuffer(array.data)[3:],
        lambda array: end_of(np.frombuffer(array.base.base)),
        lambda array: memoryview(array.base.base).obj,
        lambda array: end_of(array[1:].T),
        lambda array: pickle.PickleBuffer(array.base.base),
        lambda array: (ctypes.c_char * 8).from_buffer(array.base.base),
        lambda array: np.lib.stride_tricks.as_strided(array.base, (2,), (8,)).base,
    ],
)
def test_a_view_keeps_the_memory(view_of: Callable[[Any], Any]) -> None:
    array = leased()
    where = address(array)
    view = view_of(array)
    del array
    gc.collect()
    assert buffer_pool.waiting() == 0
    other = leased()
    assert address(other) != where
    del other, view
    gc.collect()
    assert address(leased()) == where


def test_views_in_a_cycle_return_the_memory_when_it_is_collected() -> None:
    cycle: list[Any] = [leased()]
    cycle.append(cycle)
    del cycle
    gc.collect()
    assert buffer_pool.waiting() == math.prod(LARGE) * 8


@pytest.mark.parametrize("dtype", ["f4", "f8", "c8", "c16", "g"])
def test_an_array_is_aligned_to_a_cache_line(dtype: str) -> None:
    held = [empty((n, 1001), np.dtype(dtype)) for n in range(100, 120)]
    assert not any(address(array) % 64 for array in held)
    assert all(array.flags.c_contiguous and array.flags.aligned for array in held)
    assert all(type(array) is np.ndarray and array.flags.writeable for array in held)


def test_small_arrays_are_plain() -> None:
    small, large = (empty((machine.REUSED // 8 - n,), FLOAT) for n in (1, 0))
    assert small.flags.owndata
    assert not is_leased(small)
    assert is_leased(large)
    del small
    assert buffer_pool.waiting() == 0
    assert empty((0, 5), FLOAT).shape == (0, 5)


def test_a_view_is_not_leased() -> None:
    array = leased()
    assert not is_leased(array[:])
    assert not is_leased(array.copy())


def test_memory_is_reused_for_any_dtype_of_as_many_bytes() -> None:
    array = empty((256, 256), FLOAT)
    where = address(array)
    del array
    other = empty((512, 256), np.dtype("f4"))
    assert address(other) == where
    assert other.shape == (512, 256)
    assert other.dtype == np.float32
    assert address(empty((512, 257), np.dtype("f4"))) != where


def test_memory_of_another_size_is_left_waiting() -> None:
    array = leased()
    waiting = array.nbytes
    del array
    other = empty((600, 600), FLOAT)
    other[...] = 1  # and is writable to its end
    assert buffer_pool.waiting() == waiting


def test_a_view_of_a_lease_returns_no_memory() -> None:
    array = leased()
    view = array.base[1:]  # type: ignore[index]  # of the lease itself, and of its class
    del view
    gc.collect()
    assert buffer_pool.waiting() == 0


def test_no_more_than_the_limit_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    nbytes = machine.REUSED
    monkeypatch.setattr(machine, "POOL_LIMIT", 3 * nbytes)
    held = [empty((nbytes,), np.dtype("u1")) for _ in range(5)]
    places = [address(array) for array in held]
    for number in range(5):
        held[number] = None  # type: ignore[call-overload]  # returned in this order
        assert buffer_pool.waiting() == min(number + 1, 3) * nbytes
    again = [empty((nbytes,), np.dtype("u1")) for _ in range(3)]
    assert [address(array) for array in again] == places[:1:-1]  # the oldest two were freed
    assert buffer_pool.waiting() == 0


def test_an_array_above_the_limit_displaces_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "POOL_LIMIT", 3 * machine.REUSED)
    small, large = (empty((n * machine.REUSED,), np.dtype("u1")) for n in (1, 4))
    del small
    del large
    assert buffer_pool.waiting() == machine.REUSED


def test_clear_frees_everything() -> None:
    held = [leased() for _ in range(3)]
    held.clear()
    assert buffer_pool.waiting() > 0
    eg.cache_clear()
    assert buffer_pool.waiting() == 0


def used(pool: Pool, turns: int = 3) -> list[Memory]:
    """What a pool has lent that has been used for a while."""
    held = [pool.get(machine.REUSED) for _ in range(turns)]
    pool.take_back(held.pop())
    held.append(pool.get(machine.REUSED))
    pool.take_back(held.pop(0))
    return held


POOLS_OWN = (Pool.get, Pool.take_back, Pool.clear, Pool.waiting, Pool._shrink)


def in_the_midst(call: Callable[[], Any], what: Callable[[], Any], place: int) -> bool:
    """Whether `call` came to so many places of the pool; there `what` is done, by a finalizer."""
    codes, seen = {function.__code__ for function in POOLS_OWN}, 0

    def watch(frame: FrameType, event: str, _: Any) -> None:
        nonlocal seen
        if frame.f_code in codes and seen < place:
            seen += 1
            if seen == place:
                what()

    sys.setprofile(watch)
    try:
        call()
    finally:
        sys.setprofile(None)
    return seen >= place


def test_memory_may_return_in_the_middle_of_the_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    """A finalizer or a signal handler may run at any time, also in the thread that is there."""
    monkeypatch.setattr(machine, "POOL_LIMIT", 2 * machine.REUSED)
    for place in itertools.count(1):
        pool = Pool()
        held: list[Memory] = []

        def call(pool: Pool = pool, held: list[Memory] = held) -> None:
            held += used(pool)
            pool.take_back(pool.get(2 * machine.REUSED))

        def what(pool: Pool = pool, held: list[Memory] = held) -> None:
            held += used(pool, 4)

        came = in_the_midst(call, what, place)
        assert_sound(pool, held)
        if not came:
            break
    assert place > 40


def assert_sound(pool: Pool, held: list[Memory]) -> None:
    """Nothing is lent twice or while it waits, and no more waits than may."""
    waiting = [each for stack in pool._waiting.values() for each in stack]
    assert pool.waiting() == sum(each.nbytes for each in waiting) <= machine.POOL_LIMIT
    places = [each.owner.ctypes.data for each in held + waiting]
    assert len(set(places)) == len(places)


def test_threads_never_share_memory() -> None:
    wrong: list[int] = []

    def work(number: int) -> None:
        for turn in range(200):
            arrays = [empty((machine.REUSED // 8,), FLOAT) for _ in range(2)]
            for place, array in enumerate(arrays):
                array[...] = 1000 * number + place
            if any((array != 1000 * number + n).any() for n, array in enumerate(arrays)):
                wrong.append(turn)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize("pattern", ["ij,jk->ik", "ij,ij->ij", "ij,jk,kl->il", "ij,j,ij->ji"])
def test_arrays_that_the_caller_holds_never_change(pattern: str) -> None:
    n = 300
    function = eg.compile(pattern)
    terms = pattern.partition("->")[0].split(",")
    held: list[NDArray[Any]] = []
    copies: list[NDArray[Any]] = []
    for turn in range(3):
        operands = [whole((n,) * len(term), "f8", turn + p) for p, term in enumerate(terms)]
        output, pullback = function.vjp(*operands)
        cotangent = whole((n, n), "f8", turn)
        for results in ([output], pullback(cotangent), pullback(cotangent + 1)):
            held += results
            copies += [result.copy() for result in results]
        del operands, output, pullback
    for array, copy in zip(held, copies, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_a_pullback_may_be_called_again_after_its_first_results_were_freed() -> None:
    operands = [whole((300, 300), "f8", n) for n in range(3)]
    _, pullback = eg.compile("ij,jk,kl->il").vjp(*operands)
    first = [gradient.copy() for gradient in pullback(np.ones((300, 300)))]
    eg.compile("ij,jk,kl->il")(*operands)
    for gradient, wanted in zip(pullback(np.ones((300, 300))), first, strict=True):
        np.testing.assert_array_equal(gradient, wanted)


def test_arrays_that_live_until_exit_are_freed_silently() -> None:
    script = """
import sys
import numpy as np
import einsum_grad as eg
from einsum_grad.kernels import buffer_pool
f = eg.compile("ij,ij->ij")
sys.kept = np.kept = buffer_pool.kept = cycle = [f(np.ones((512, 512)), np.ones((512, 512)))]
cycle.append(cycle)
"""
    run = subprocess.run(
        [sys.executable, "-X", "dev", "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert run.stderr == ""


def test_ctypes_sees_the_array() -> None:
    array = leased()
    array[0, 0] = 7
    pointer = array.ctypes.data_as(ctypes.POINTER(ctypes.c_double))
    assert pointer[0] == 7


def test_object_arrays_never_reuse_memory() -> None:
    array = buffer_pool.empty((200, 200), np.dtype(object))
    assert not buffer_pool.is_leased(array)
    assert array[0, 0] is None


@pytest.mark.parametrize("interrupts", [interrupted, interrupted_anywhere])
def test_an_interrupt_leaves_nothing_lent_twice_and_no_wrong_count(
    monkeypatch: pytest.MonkeyPatch, interrupts: Callable[..., Iterator[int]]
) -> None:
    monkeypatch.setattr(machine, "POOL_LIMIT", 2 * machine.REUSED)
    pool, fresh = Pool(), [Pool().get(machine.REUSED) for _ in range(4)]
    lent: list[Memory] = []

    def use() -> None:
        lent.clear()
        pool.clear()
        for each in fresh:
            pool.take_back(each)
        lent.append(pool.get(machine.REUSED))
        lent.append(pool.get(2 * machine.REUSED))
        pool.take_back(lent.pop())
        lent.append(pool.get(machine.REUSED))

    for place in interrupts(use, *POOLS_OWN):
        waiting = [each for stack in pool._waiting.values() for each in stack]
        assert pool.waiting() == sum(each.nbytes for each in waiting), place
        assert not {id(each.owner) for each in lent} & {id(each.owner) for each in waiting}
        del waiting
        pool.take_back(pool.get(machine.REUSED))
        assert machine.REUSED <= pool.waiting() <= machine.POOL_LIMIT, place
    assert place > 40


def test_an_interrupt_while_an_array_is_lent_or_freed_leaks_no_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Python ends a finalizer that is interrupted, and says so; the memory is the system's then."""
    monkeypatch.setattr(sys, "unraisablehook", lambda what: None)

    def use() -> None:
        first, second = (empty((machine.REUSED // 8,), FLOAT) for _ in range(2))
        first[...], second[...] = 1, 2
        assert (first == 1).all()
        del first
        assert (second == 2).all()

    functions = (empty, buffer_pool._Lease.__del__, *POOLS_OWN)
    for place in interrupted_anywhere(use, *functions):
        buffer_pool.clear()
        use()
        assert buffer_pool.waiting() == 2 * machine.REUSED, place
    assert place > 100
    gc.collect()
    assert [each for each in gc.get_objects() if isinstance(each, buffer_pool._Lease)] == []


def test_after_an_interrupt_of_cache_clear_the_pool_keeps_as_much_as_before() -> None:

    def use() -> None:
        leased()
        eg.cache_clear()

    for place in interrupted_anywhere(use, eg.cache_clear, Cache.clear, Pool.clear):
        buffer_pool.clear()
        held = [leased() for _ in range(20)]
        held.clear()
        assert buffer_pool.waiting() == 20 * math.prod(LARGE) * 8, place
    assert place > 20


def test_in_a_context_arrays_have_memory_of_their_own() -> None:
    def alone() -> bool:
        buffer_pool.leave_alone()
        return buffer_pool.is_leased(empty(LARGE, FLOAT))

    assert not contextvars.copy_context().run(alone)
    assert buffer_pool.is_leased(empty(LARGE, FLOAT))
