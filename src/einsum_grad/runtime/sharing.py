"""Whether cores share the blocks of a function: found out by timing both ways, as it is called.

What a second core is worth to half a millisecond of work no rule says: that goes by how long the
system takes to wake a thread, how caches pass lines to each other, and who else has the core.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from time import perf_counter
from typing import Any

from einsum_grad.runtime.threads import alone

_TURN = (True, True, False, False)
"""Whether cores share the blocks of a call; of two alike the first brings the caches along."""

_TURNS = 3
"""The turns of a trial, at most."""

_CLEARLY = 1.25
"""How much longer one takes than the other where no further turn is needed."""

_PATIENCE = 64
"""The calls between a trial and the next one; where that finds the same, twice as many follow."""

_MOST = 4096


class Sharing:
    """`function`, its blocks on several cores, or on that of the caller where it is quicker so.

    The blocks are the same, and so is the result. Of threads that call at once, each may time
    what another one slows down: there will be another trial.

    >>> double = Sharing(lambda x: 2 * x)
    >>> double(3)
    6
    """

    __slots__ = ("_calls", "_clock", "_function", "_patience", "_shares", "_times", "_until")

    def __init__(
        self, function: Callable[..., Any], clock: Callable[[], float] = perf_counter
    ) -> None:
        self._function = function
        self._clock = clock
        self._shares = True
        self._patience = _PATIENCE // 2
        self._begin()

    def __call__(self, *args: Any) -> Any:
        """Return what the function returns."""
        # next() of a count is atomic: no two threads have the same call.
        call = next(self._calls)
        if call >= self._until + self._patience:
            self._begin()
        if call >= self._until:
            return self._function(*args) if self._shares else alone(self._function, args)
        shares, start = _TURN[call % len(_TURN)], self._clock()
        result = self._function(*args) if shares else alone(self._function, args)
        self._note(call, shares, self._clock() - start)
        return result

    def _begin(self) -> None:
        """Begin a trial."""
        self._times = {True: math.inf, False: math.inf}
        self._until = _TURNS * len(_TURN)
        self._calls = itertools.count()

    def _note(self, call: int, shares: bool, seconds: float) -> None:
        if call % 2:
            self._times[shares] = min(self._times[shares], seconds)
        if (call + 1) % len(_TURN) == 0:
            less, more = sorted(self._times.values())
            if more > _CLEARLY * less or call + 1 == self._until:
                self._end(call + 1)

    def _end(self, calls: int) -> None:
        """End the trial after so many calls."""
        shares = self._times[True] <= self._times[False]
        self._patience = min(2 * self._patience, _MOST) if shares is self._shares else _PATIENCE
        self._shares, self._until = shares, calls
