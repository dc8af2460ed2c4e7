"""Whether operations are recorded: a fact of each thread and context, not of the process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_recording: ContextVar[bool] = ContextVar("recording", default=True)


def is_recording() -> bool:
    """Whether operations on Tensors are being recorded here."""
    return _recording.get()


@contextmanager
def no_grad() -> Iterator[None]:
    """Record nothing inside: results there need no gradient and keep no operand alive.

    It is a context manager and, called, a decorator. It holds for the thread or task that entered
    it and for no other.

    >>> import einsum_grad as eg
    >>> x = eg.Tensor([1.0, 2.0], requires_grad=True)
    >>> with eg.no_grad():
    ...     y = x * 2
    >>> y.requires_grad
    False
    >>> @eg.no_grad()
    ... def double(x):
    ...     return x * 2
    >>> double(x).requires_grad
    False
    """
    token = _recording.set(False)
    try:
        yield
    finally:
        _recording.reset(token)


@contextmanager
def recording() -> Iterator[None]:
    """Record inside, whatever holds outside."""
    token = _recording.set(True)
    try:
        yield
    finally:
        _recording.reset(token)
