"""The process of one peer: it prepares cases and times them, a request of the harness at a time.

Started by `workers.py` as `python -m benchmarks.worker PEER DESCRIPTOR`.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from itertools import repeat
from multiprocessing.connection import Connection
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.case import Array, draw
from benchmarks.cases import BY_NAME
from benchmarks.peers import Peer, Prepared, peer_of
from benchmarks.random_cases import random_case

_SHARE = 10
"""A batch is preceded by a tenth of its calls, untimed, which bring caches and threads back."""


_PADDING = 64
"""Fewer MB than this stand in the way of the results of a batch."""


class Session:
    """What a worker has prepared, and the requests it answers: its methods without underscore."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self._prepared: Prepared | None = None
        self._random = random.Random(0)
        self._padding: Array | None = None
        self._first = 0.0

    def describe(self) -> str:
        """Return the peer's version and threads."""
        return self._peer.describe()

    def prepare(self, case: str, dtype: str, seconds: float) -> int:
        """Prepare and warm up a case; return how many calls take about `seconds`."""
        self._prepared = None
        found = BY_NAME.get(case) or random_case(case)
        assert found is not None
        problem = draw(found, dtype)
        start = perf_counter()
        self._prepared = self._peer.prepare(problem)
        self._run()
        self._first = perf_counter() - start
        return calls_in(self._run, seconds)

    def first(self) -> float:
        """Return the seconds that it took to prepare and to run once, compilation included."""
        return self._first

    def results(self) -> list[Array]:
        """Return the output and the gradients."""
        return list(self._ready.arrays(self._run()))

    def time(self, calls: int) -> float:
        """Return the seconds a call takes, in a batch of `calls`.

        What is made meanwhile lies elsewhere in memory each time.
        """
        megabytes = self._random.randrange(_PADDING)
        self._padding = np.ones((megabytes, 1 << 20), np.uint8)
        return batch(self._run, calls)

    @property
    def _ready(self) -> Prepared:
        if self._prepared is None:
            raise ValueError("nothing is prepared")
        return self._prepared

    @property
    def _run(self) -> Callable[[], Any]:
        return self._ready.run


def _seconds(run: Callable[[], Any], calls: int) -> float:
    # What a call returns is dropped at once, so that its memory can be used again.
    start = perf_counter()
    for _ in repeat(None, calls):
        run()
    return perf_counter() - start


def batch(run: Callable[[], Any], calls: int) -> float:
    """Return the seconds a call takes, in a batch of `calls` after some that are not timed."""
    if calls > 1:
        _seconds(run, 1 + calls // _SHARE)
    return _seconds(run, calls) / calls


def calls_in(run: Callable[[], Any], seconds: float) -> int:
    """Return how many calls take about `seconds`."""
    calls, taken = 1, _seconds(run, 1)
    while taken < seconds / 4:
        calls *= 4
        taken = _seconds(run, calls)
    return max(1, round(calls * seconds / taken))


def serve(connection: Connection, session: object) -> None:
    """Answer requests, pairs of a method's name and arguments, until the harness hangs up."""
    while True:
        try:
            method, arguments = connection.recv()
        except EOFError:
            return
        try:
            reply = (True, getattr(session, method)(*arguments))
        except Exception as error:  # noqa: BLE001  # a peer may refuse a case in any way
            reply = (False, f"{type(error).__name__}: {error}")
        connection.send(reply)


if __name__ == "__main__":
    _, name, descriptor = sys.argv
    serve(Connection(int(descriptor)), Session(peer_of(name)))
