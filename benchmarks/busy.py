"""Processes that keep cores busy while everything is measured, as on most people's machines."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

_SPIN = """
import os, signal
signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the harness, which ends this
parent = os.getppid()
print(flush=True)
while os.getppid() == parent:
    for _ in range(1_000_000):
        pass
"""
"""It ends by itself, some hundredths of a second later, where its parent was killed."""


@contextmanager
def busy(count: int) -> Iterator[Sequence[int]]:
    """Keep `count` cores busy; the numbers of the processes, which are killed in any case."""
    with ExitStack() as stack:
        yield [stack.enter_context(_spinning()) for _ in range(count)]


@contextmanager
def _spinning() -> Iterator[int]:
    process = subprocess.Popen([sys.executable, "-c", _SPIN], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        yield process.pid
    finally:
        process.kill()
        process.communicate()
