"""Values that are made once, however many threads ask for them, without deadlocks.

While a value is made, other code may run in the same thread: a signal handler, a finalizer, a
user's optimizer. It may ask for the same value, or for one whose maker waits for this one, or for a
user's lock whose holder waits. So no thread waits for a thread that waits for it, and none waits
long: then two threads make the value, and the first to finish wins.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Hashable
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

PATIENCE = 1.0
"""Seconds to wait for a value that another thread is making, before making it too."""


class _Turn:
    """A thread's turn at making a value, which other threads can wait for."""

    __slots__ = ("_going_on", "_thread")

    def __init__(self) -> None:
        self._thread = threading.get_ident()
        self._going_on = threading.Lock()
        self._going_on.acquire()

    def end(self) -> None:
        """Release the waiting threads."""
        self._going_on.release()

    def ends(self) -> bool:
        """Wait for the end of the turn; False if that would deadlock or takes too long."""
        caller = threading.get_ident()
        _WAITED_FOR[caller] = self
        try:
            if self._waits_for(caller) or not self._going_on.acquire(timeout=PATIENCE):
                return False
            self._going_on.release()  # for the next waiting thread
            return True
        finally:
            _WAITED_FOR.pop(caller, None)

    def _waits_for(self, caller: int) -> bool:
        """Whether its thread is `caller` or waits for it, directly or transitively."""
        turn, seen = self, set[int]()
        while turn._thread != caller:
            seen.add(turn._thread)
            found = _WAITED_FOR.get(turn._thread)
            if found is None or found._thread in seen:
                return False
            turn = found
        return True


_TURNS: dict[tuple[int, Hashable], _Turn] = {}
"""The values being made, by the id of their table and their key in it."""

_WAITED_FOR: dict[int, _Turn] = {}
"""The turn that each waiting thread waits for."""


def _after_fork() -> None:
    """Forget the parent's other threads: a child has none of them and would wait in vain."""
    _TURNS.clear()
    _WAITED_FOR.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def once(table: dict[K, V], key: K, make: Callable[[], V]) -> V:
    """The value of `key` in `table`; if there is none, store and return the result of `make`.

    Exceptions of `make` propagate and are not stored. `table` may change at any time; values are
    never None.

    >>> table = {"a": 1}
    >>> once(table, "a", lambda: 2), once(table, "b", lambda: 3), table
    (1, 3, {'a': 1, 'b': 3})
    """
    place, own = (id(table), key), _Turn()
    while (turn := _TURNS.setdefault(place, own)) is not own and key not in table:
        # Of all threads that gave up on a turn, the first takes the next one.
        if not turn.ends() and _TURNS.get(place) is turn:
            _TURNS[place] = own
    try:
        found = table.get(key)
        return table.setdefault(key, make()) if found is None else found
    finally:
        if _TURNS.get(place) is own:
            _TURNS.pop(place, None)
        own.end()
