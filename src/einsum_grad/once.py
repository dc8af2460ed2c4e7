"""Values that are made once, however many threads ask for them, by threads that can't lock up.

While a value is made, other code may run in the same thread: a signal handler, finalizers when the
garbage is collected, an optimizer of the user's. It may ask for the same value, or for one whose
maker waits for this one, or want a lock of the user's whose holder waits. So nobody waits for a
thread that waits for them, and nobody for long: then two make it, and the first to be done decides.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Hashable
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

PATIENCE = 1.0
"""The seconds after which a value is made that another thread began to make."""


class _Turn:
    """The making of a value by a thread, and what others wait for meanwhile."""

    __slots__ = ("_going_on", "_thread")

    def __init__(self) -> None:
        self._thread = threading.get_ident()
        self._going_on = threading.Lock()
        self._going_on.acquire()

    def end(self) -> None:
        """Let go on who waits."""
        self._going_on.release()

    def ends(self) -> bool:
        """Whether it ends before it is too long for the calling thread, which waits for that."""
        caller = threading.get_ident()
        _WAITED_FOR[caller] = self
        try:
            if self._waits_for(caller) or not self._going_on.acquire(timeout=PATIENCE):
                return False
            self._going_on.release()  # for the next one who waits
            return True
        finally:
            _WAITED_FOR.pop(caller, None)

    def _waits_for(self, caller: int) -> bool:
        """Whether its thread is `caller`, or waits for a thread that is, and so on."""
        turn, seen = self, set[int]()
        while turn._thread != caller:
            seen.add(turn._thread)
            found = _WAITED_FOR.get(turn._thread)
            if found is None or found._thread in seen:
                return False
            turn = found
        return True


_TURNS: dict[tuple[int, Hashable], _Turn] = {}
"""What is being made now, by the table that it is for, and its key there."""

_WAITED_FOR: dict[int, _Turn] = {}
"""What threads wait for."""


def _after_fork() -> None:
    """A child has none of its parent's other threads, and would wait for them in vain."""
    _TURNS.clear()
    _WAITED_FOR.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def once(table: dict[K, V], key: K, make: Callable[[], V]) -> V:
    """The value of `key` in `table`; if there is none, what `make` returns, which is kept there.

    What `make` raises is not kept. `table` may change at any time, and no value is None.

    >>> table = {"a": 1}
    >>> once(table, "a", lambda: 2), once(table, "b", lambda: 3), table
    (1, 3, {'a': 1, 'b': 3})
    """
    place, own = (id(table), key), _Turn()
    while (turn := _TURNS.setdefault(place, own)) is not own and key not in table:
        # Of all who have lost patience with a turn, the first has the next.
        if not turn.ends() and _TURNS.get(place) is turn:
            _TURNS[place] = own
    try:
        found = table.get(key)
        return table.setdefault(key, make()) if found is None else found
    finally:
        if _TURNS.get(place) is own:
            _TURNS.pop(place, None)
        own.end()
