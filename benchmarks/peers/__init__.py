"""The table of peers. A peer is a module with `describe` and `prepare`; see `Peer`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol, cast

from benchmarks.case import Array, Problem

OURS, LOOPS, LIMIT = "ours", "numba", "limit"
"""We for the targets numpy and numba, and no peer but what nobody can be faster than."""

RIVALS = ("torch", "jax")
"""The peers that we want to be ahead of."""

PEERS = (OURS, LOOPS, "pullback", *RIVALS, "autograd", "mygrad", "swap", LIMIT)
"""The names of the peers, which are the names of their modules too."""


class UnsupportedError(Exception):
    """Raised by `prepare` for a case that means nothing to the peer."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A problem in a peer's own arrays."""

    run: Callable[[], Any]
    """What is timed: one forward and all gradients, complete when it returns."""

    arrays: Callable[[Any], Sequence[Array]]
    """From what `run` returned to NumPy arrays: the output, then the gradients."""


class Peer(Protocol):
    """What a module of this folder defines."""

    def describe(self) -> str:
        """Return the version and the threads."""

    def prepare(self, problem: Problem) -> Prepared:
        """Bring a problem into the peer's own arrays."""


def peer_of(name: str) -> Peer:
    """Import the module of a peer, and the peer's library with it."""
    return cast(Peer, import_module(f"{__name__}.{name}"))
