"""A line on stderr while something takes long."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Iterator

_DELAY = 1.0
"""Seconds before the line is shown, and between its changes."""


@contextlib.contextmanager
def progress(what: str) -> Iterator[None]:
    """Say on stderr what is done here, once that takes a second, and clear the line at the end.

    Nothing is said where stderr is no terminal.
    """
    if sys.stderr is None or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield
        return
    done = threading.Event()
    thread = threading.Thread(target=_tell, args=(what, done), daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _tell(what: str, done: threading.Event) -> None:
    start, shown = time.monotonic(), ""
    while not done.wait(_DELAY):
        shown = f"{what} ... {time.monotonic() - start:.0f} s"
        _write(f"\r{shown}")
    if shown:
        _write(f"\r{' ' * len(shown)}\r")


def _write(text: str) -> None:
    with contextlib.suppress(OSError):  # a terminal that is gone needs no progress
        sys.stderr.write(text)
        sys.stderr.flush()
