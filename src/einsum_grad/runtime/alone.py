"""A BLAS that has one thread while our own have the cores."""

from __future__ import annotations

import os
import threading
from typing import ClassVar

from einsum_grad.runtime.blas import threads
from einsum_grad.runtime.undone import Undone


class Alone(Undone):
    """Has the BLAS multiply on the thread that calls it, if it can be told so.

    OpenBLAS starts and joins its threads for each matrix of a batch; between, they spin, and keep
    others from the core. A BLAS has one number of threads for the process: the first who comes sets
    it, and the last who goes sets it back.

    >>> import numpy as np
    >>> with Alone():
    ...     product = np.eye(2) @ np.eye(2)
    """

    _lock = threading.RLock()
    _inside: ClassVar[set[int]] = set()
    _before: int | None = None
    """What the BLAS had before the first came; None while nobody is inside."""

    def _begin(self) -> None:
        with Alone._lock:
            Alone._inside.add(id(self))
            found = threads()
            if found:
                get, set_ = found
                if Alone._before is None:
                    Alone._before = get()
                set_(1)

    def _leave(self) -> None:
        with Alone._lock:
            Alone._inside.discard(id(self))
            _set_back()


def _set_back() -> None:
    found = threads()
    if found and not Alone._inside and Alone._before is not None:
        _, set_ = found
        set_(Alone._before)
        Alone._before = None


def _after_fork() -> None:
    """A child has none of its parent's other threads, and so no one who is inside."""
    Alone._lock = threading.RLock()
    Alone._inside.clear()
    _set_back()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
