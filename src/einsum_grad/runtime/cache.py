"""A bounded cache in which a missing entry is built once, however many threads ask for it."""

from __future__ import annotations

import os
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Generic, NamedTuple, TypeVar

V = TypeVar("V")

_CACHES: weakref.WeakSet[Cache[Any]] = weakref.WeakSet()


class CacheInfo(NamedTuple):
    """What a cache has done so far, in functools' words."""

    hits: int
    misses: int
    maxsize: int
    currsize: int


class Cache(Generic[V]):
    """Keeps the `maxsize` entries that were used last."""

    def __init__(self, maxsize: int) -> None:
        self._maxsize = maxsize
        self._entries: OrderedDict[Hashable, V] = OrderedDict()
        self._building: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()
        self._hits = self._misses = 0
        _CACHES.add(self)

    def get(self, key: Hashable, build: Callable[[], V]) -> V:
        """The entry of `key`, built if it is missing; what `build` raises is not kept."""
        with self._lock:
            if key in self._entries:
                return self._found(key)
            building = self._building.setdefault(key, threading.Lock())
        with building:
            with self._lock:
                if key in self._entries:
                    return self._found(key)
                self._misses += 1
            try:
                return self._keep(key, build())
            finally:
                with self._lock:
                    self._building.pop(key, None)

    def info(self) -> CacheInfo:
        """How often an entry was there, and how many there are."""
        with self._lock:
            return CacheInfo(self._hits, self._misses, self._maxsize, len(self._entries))

    def clear(self) -> None:
        """Forget every entry and the counts."""
        with self._lock:
            self._entries.clear()
            self._hits = self._misses = 0

    def forget_threads(self) -> None:
        """Take new locks, as a child must: other threads of its parent may have held the old."""
        self._building = {}
        self._lock = threading.Lock()

    def _found(self, key: Hashable) -> V:
        self._hits += 1
        self._entries.move_to_end(key)
        return self._entries[key]

    def _keep(self, key: Hashable, value: V) -> V:
        with self._lock:
            self._entries[key] = value
            while len(self._entries) > self._maxsize:
                self._entries.popitem(last=False)
        return value


def _after_fork() -> None:
    for cache in _CACHES:
        cache.forget_threads()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
