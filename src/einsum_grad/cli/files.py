"""Files, written atomically."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from einsum_grad.cli.console import say

STDOUT = "-"
"""How standard output is named in the place of a file."""


def deliver(text: str, output: str) -> None:
    """Print the text, or write the file of this name. Raises `OSError`."""
    if output == STDOUT:
        say(text)
    else:
        write(Path(output), f"{text}\n")


def write(path: Path, text: str) -> None:
    """Write a file: a regular one is replaced atomically, a device or pipe is written to.

    An existing file keeps its mode, and a symbolic link to it stays. Raises `OSError`.
    """
    try:
        _write(path, text)
    except OSError as error:  # which may name the temporary file
        raise type(error)(error.errno, error.strerror, str(path)) from None


def _write(path: Path, text: str) -> None:
    try:
        old = path.stat()
    except FileNotFoundError:
        old = None
    if old is not None and (stream := _stream(old)) is not None:
        _fill(os.dup(stream), text)
    elif old is None or stat.S_ISREG(old.st_mode):
        _replace(Path(os.path.realpath(path)), old, text)
    else:
        _fill(os.open(path, os.O_WRONLY), text)


def _stream(file: os.stat_result) -> int | None:
    """The descriptor already open on the file, as for /dev/stdout, which keeps its position."""
    for descriptor in (1, 2):
        try:
            if os.path.samestat(file, os.fstat(descriptor)):
                return descriptor
        except OSError:  # a shell has closed it
            continue
    return None


def _replace(path: Path, old: os.stat_result | None, text: str) -> None:
    if old is not None and not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    # The name is unpredictable, and O_EXCL opens nothing that exists.
    beside = path.with_name(f".einsum-grad-{os.urandom(16).hex()}")
    new = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        _fill(os.open(beside, new, 0o666 if old is None else 0o600), text)
        if old is not None:
            beside.chmod(stat.S_IMODE(old.st_mode))
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _fill(descriptor: int, text: str) -> None:
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
