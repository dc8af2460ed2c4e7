"""A bounded cache in which a missing entry is built once, however many threads ask for it."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Hashable
from typing import Generic, NamedTuple, TypeVar

from einsum_grad.once import once

V = TypeVar("V")


class CacheInfo(NamedTuple):
    """What a cache has done so far, in functools' terms."""

    hits: int
    misses: int
    maxsize: int
    currsize: int


class _Entry(Generic[V]):
    """A value, once it is built, and when it was last used."""

    __slots__ = ("key", "used", "value")
    value: V

    def __init__(self, key: Hashable, used: int) -> None:
        self.key = key
        self.used = used


_used = operator.attrgetter("used")


class Cache(Generic[V]):
    """Keeps the `maxsize` most recently used entries.

    There is no lock: while keys are compared or an entry is dropped, and between any two lines,
    code may run that asks for entries itself, or clears them. Instead each change is one operation
    of the dictionary, which is atomic.
    """

    def __init__(self, maxsize: int) -> None:
        self._maxsize = maxsize
        self._entries: dict[Hashable, _Entry[V]] = {}
        self._uses = itertools.count()
        self._hits = self._misses = 0

    def get(self, key: Hashable, build: Callable[[], V]) -> V:
        """The entry of `key`, built if it is missing; what `build` raises is not kept."""
        entry = self._entries.get(key)
        if entry is None:
            entry = self._missing(key, build)
        else:
            self._hits += 1
        entry.used = next(self._uses)
        return entry.value

    def info(self) -> CacheInfo:
        """The hits, the misses, and the number of entries."""
        return CacheInfo(self._hits, self._misses, self._maxsize, len(self._entries))

    def clear(self) -> None:
        """Forget every entry and the counts."""
        self._hits = self._misses = 0
        self._entries.clear()

    def _missing(self, key: Hashable, build: Callable[[], V]) -> _Entry[V]:
        own: _Entry[V] = _Entry(key, next(self._uses))

        def make() -> _Entry[V]:
            self._misses += 1
            own.value = build()
            self._make_room()
            return own

        entry = once(self._entries, key, make)
        if entry is not own:  # another thread has built it meanwhile
            self._hits += 1
        return entry

    def _make_room(self) -> None:
        while len(self._entries) >= self._maxsize:
            oldest = min(list(self._entries.values()), key=_used, default=None)
            if oldest is not None:  # nobody has cleared it meanwhile
                self._entries.pop(oldest.key, None)
