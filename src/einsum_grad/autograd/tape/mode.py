"""Whether operations are recorded: a property of the thread or context, not of the process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_recording: ContextVar[bool] = ContextVar("recording", default=True)


is_recording: Callable[[], bool] = _recording.get
"""Whether operations on Tensors are being recorded here."""


@contextmanager
def no_grad() -> Iterator[None]:
    """Record nothing inside: results require no gradient and keep no operand alive.

    A context manager, and a decorator. It applies only to the thread or task that entered it.

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
    """Record inside, even where the outside doesn't."""
    token = _recording.set(True)
    try:
        yield
    finally:
        _recording.reset(token)
