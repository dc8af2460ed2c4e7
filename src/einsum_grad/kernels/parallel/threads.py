"""Large work in chunks on several cores, where NumPy itself uses one."""

from __future__ import annotations

import contextvars
import multiprocessing
import operator
import os
import sys
from typing import Any

import numpy as np

from einsum_grad.errors import ArgumentError, ArgumentTypeError
from einsum_grad.kernels.parallel.workers import Work, Workers
from einsum_grad.lower import machine

_WITHIN = contextvars.ContextVar("within a block", default=False)

_VARIABLES = ("EINSUM_GRAD_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS")
"""Environment variables for the number of threads; the first one that is set decides."""

_DIGITS = 9
"""Digits that are read of such a number: int refuses thousands of them."""

_MOST = 256


class _State:
    """The process's workers, and the number of threads if one was set."""

    workers = Workers()
    number: int | None = None


def _after_fork() -> None:
    """A forked child has none of its parent's threads."""
    _State.workers = Workers()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def set_num_threads(number: int | None) -> None:
    """Set how many threads a call may use; None is the default again.

    The default is EINSUM_GRAD_NUM_THREADS, else OMP_NUM_THREADS, else NUMBA_NUM_THREADS, else the
    cores that the process may use; in a worker process of multiprocessing it is 1, as its siblings
    have the other cores.
    It applies to elementwise work and small products; other matrix products use the threads of
    NumPy's BLAS. Raises `ArgumentTypeError` for anything but an int, and `ArgumentError` for one
    outside of 1 to 256.

    >>> import einsum_grad as eg
    >>> eg.set_num_threads(1)
    >>> eg.get_num_threads()
    1
    >>> eg.set_num_threads(None)
    """
    if number is not None:
        try:
            if isinstance(number, bool):
                raise TypeError
            number = operator.index(number)
        except TypeError:
            raise ArgumentTypeError(
                f"the number of threads must be an int, not {number!r:.80}"
            ) from None
        if not 1 <= number <= _MOST:
            raise ArgumentError(f"the number of threads must be 1 to {_MOST}, not {number}")
    _State.number = number


def get_num_threads() -> int:
    """Return how many threads a call may use."""
    return _default() if _State.number is None else _State.number


def _default() -> int:
    for variable in _VARIABLES:
        # OMP_NUM_THREADS may have a number for each level of nesting: 4,2.
        text = os.environ.get(variable, "").partition(",")[0].strip()
        if text.isascii() and text.isdigit() and int(text[:_DIGITS]):
            return min(int(text[:_DIGITS]), _MOST)
    if multiprocessing.parent_process() is not None:
        return 1
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def is_within_block() -> bool:
    """Whether the caller runs within a chunk, so that what it makes is short-lived.

    >>> is_within_block(), in_blocks(lambda part: is_within_block(), 1, 1)
    (False, [True])
    """
    return _WITHIN.get()


def parts_for(nbytes: int) -> int:
    """Two parts for what moves so many bytes, if that takes one core long; else one."""
    return 1 + (nbytes >= 2 * machine.WAKING * machine.MOVED_IN_A_MICROSECOND)


def parts_for_reading(nbytes: int) -> int:
    """The same for what is read once by a BLAS, in half the time."""
    return parts_for(nbytes // 2)


def shared(work: Work, length: int, parts: int) -> list[Any]:
    """As `in_blocks`, for work that calls neither NumPy nor Python, and so sees no context.

    >>> shared(lambda part: (part.start, part.stop), 5, 2)
    [(0, 3), (3, 5)]
    """
    return _divided(work, length, parts, _is_alone())


def in_blocks(work: Work, length: int, parts: int) -> list[Any]:
    """Call `work` with at most `parts` slices of range(length); return its results in order.

    The slices, and so the results, depend neither on the number of threads nor on the load. Within
    a chunk, all slices are done by the chunk's own thread.

    >>> in_blocks(lambda part: (part.start, part.stop), 5, 2)
    [(0, 3), (3, 5)]
    """
    # NumPy's buffer size is a context variable: in a copy of the context nobody else sees it.
    return contextvars.copy_context().run(_within, work, length, parts)


def _within(work: Work, length: int, parts: int) -> list[Any]:
    alone = _is_alone()
    np.setbufsize(machine.NUMPY_BUFFER)
    _WITHIN.set(True)
    return _divided(work, length, parts, alone)


def _is_alone() -> bool:
    """Whether no thread may help: within a chunk, and as Python exits, when threads stop."""
    return is_within_block() or sys.is_finalizing()


def _divided(work: Work, length: int, parts: int, alone: bool) -> list[Any]:
    step = max(1, -(-length // parts))
    starts = range(0, max(length, 1), step)
    slices = [slice(start, min(start + step, length)) for start in starts]
    helping = 0 if alone else min(get_num_threads(), len(slices)) - 1
    return _State.workers.run(work, slices, helping)
