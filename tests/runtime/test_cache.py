import itertools
import threading
import time
from collections.abc import Callable
from typing import ClassVar

import pytest

from einsum_grad.once import once
from einsum_grad.runtime.cache import Cache, CacheInfo
from tests.interrupts import interrupted_anywhere


def test_an_entry_is_built_once_and_then_found() -> None:
    cache: Cache[list[int]] = Cache(2)
    built = cache.get("a", lambda: [1])
    assert cache.get("a", lambda: [2]) is built
    assert cache.info() == CacheInfo(hits=1, misses=1, maxsize=2, currsize=1)


def test_the_least_recently_used_entry_is_dropped() -> None:
    cache: Cache[str] = Cache(2)
    for key in "aba":
        cache.get(key, "built".upper)
    cache.get("c", lambda: "c")
    assert cache.info().currsize == 2
    misses = cache.info().misses
    cache.get("a", lambda: "other")
    assert cache.info().misses == misses
    cache.get("b", lambda: "b")
    assert cache.info().misses == misses + 1


def test_a_cache_never_exceeds_its_size() -> None:
    cache: Cache[int] = Cache(10)
    for number in range(1000):
        cache.get(number, int)
        assert cache.info().currsize <= 10


def test_a_build_that_fails_is_not_kept() -> None:
    cache: Cache[int] = Cache(2)

    def fail() -> int:
        raise ValueError("no")

    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            cache.get("a", fail)
    assert cache.info() == CacheInfo(hits=0, misses=2, maxsize=2, currsize=0)
    assert cache.get("a", lambda: 1) == 1


class Meddler:
    """A key and a value that reenter the cache wherever they can."""

    cache: Cache[object] = Cache(2)
    found: ClassVar[list[int]] = []
    inside = False

    def __init__(self) -> None:
        self.meddle()

    def __hash__(self) -> int:
        self.meddle()
        return 7

    def __eq__(self, other: object) -> bool:
        self.meddle()
        return self is other

    def __del__(self) -> None:
        self.meddle()

    def meddle(self) -> None:
        if not Meddler.inside:
            Meddler.inside = True
            self.cache.get("found", object)
            self.cache.clear()
            self.found.append(self.cache.info().currsize)
            Meddler.inside = False


def test_reentrant_use_of_the_cache_finds_its_entries() -> None:
    """While keys are compared, while a value is built, and while one is dropped."""
    for _ in range(3):
        for key in (Meddler(), Meddler(), "a"):
            assert isinstance(Meddler.cache.get(key, Meddler), Meddler)
    Meddler.cache.get("b", Meddler)
    Meddler.cache.clear()
    assert set(Meddler.found) == {0}
    assert len(Meddler.found) > 20


def test_an_interrupt_anywhere_leaves_a_cache_that_works() -> None:
    cache: Cache[int] = Cache(2)
    numbers = itertools.count()

    def use() -> None:
        for key in (0, 1, 0, 2):
            cache.get(key, lambda: next(numbers))
        cache.clear()

    for place in interrupted_anywhere(
        use, Cache.get, Cache._missing, Cache._make_room, Cache.clear, once
    ):
        assert cache.info().currsize <= 2
        cache.clear()
        assert cache.get("a", lambda: -1) == cache.get("a", lambda: -2) == -1
        assert cache.info() == CacheInfo(hits=1, misses=1, maxsize=2, currsize=1), place
    assert place > 100


def test_clear_forgets_entries_and_counts() -> None:
    cache: Cache[int] = Cache(2)
    cache.get("a", lambda: 1)
    cache.get("a", lambda: 1)
    cache.clear()
    assert cache.info() == CacheInfo(hits=0, misses=0, maxsize=2, currsize=0)
    assert cache.get("a", lambda: 2) == 2


def in_threads(count: int, work: Callable[[], None]) -> None:
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_32_threads_build_one_entry() -> None:
    cache: Cache[object] = Cache(2)
    together, built, found = threading.Barrier(32), [], []

    def build() -> object:
        time.sleep(0.05)  # long enough for the others to ask
        built.append(1)
        return object()

    def ask() -> None:
        together.wait()
        found.append(cache.get("a", build))

    in_threads(32, ask)
    assert len(built) == 1
    assert len(found) == 32
    assert len(set(map(id, found))) == 1
    assert cache.info() == CacheInfo(hits=31, misses=1, maxsize=2, currsize=1)


def test_other_keys_are_built_at_the_same_time() -> None:
    cache: Cache[int] = Cache(2)
    inside, done = threading.Event(), threading.Event()

    def slow() -> int:
        inside.set()
        assert done.wait(10)
        return 1

    thread = threading.Thread(target=lambda: cache.get("slow", slow))
    thread.start()
    assert inside.wait(10)
    assert cache.get("quick", lambda: 2) == 2
    done.set()
    thread.join()


def test_threads_that_wait_for_a_build_that_fails_build_themselves() -> None:
    cache: Cache[int] = Cache(2)
    together, tries, refused, found = threading.Barrier(8), [], [], []

    def build() -> int:
        tries.append(1)
        if len(tries) == 1:
            time.sleep(0.05)
            raise ValueError
        return 5

    def ask() -> None:
        together.wait()
        try:
            found.append(cache.get("a", build))
        except ValueError:
            refused.append(1)

    in_threads(8, ask)
    assert len(refused) == 1
    assert found == [5] * 7
