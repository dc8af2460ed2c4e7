"""The folder on disk where compiled kernels are kept, for this user alone.

What is read from it is executed, so it has to be a folder that only its owner can write to. Files
are written whole or not at all, under names that are digests, and read only if they are what was
written. Where anything fails, there is no file.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import tempfile
from pathlib import Path

_VARIABLES = ("EINSUM_GRAD_CACHE_DIR", "NUMBA_CACHE_DIR", "XDG_CACHE_HOME", "LOCALAPPDATA")
"""Environment variables for the place of the folder; the first absolute path decides."""

_DIGEST = hashlib.sha256().digest_size


def folder() -> Path:
    """The folder's path; it need not exist.

    >>> folder().parts[-2:]
    ('einsum-grad', 'kernels')
    """
    given = (Path(os.environ.get(variable, "")) for variable in _VARIABLES)
    place = next((path for path in given if path.is_absolute()), None)
    return (place or Path("~/.cache").expanduser()) / "einsum-grad" / "kernels"


def read(key: str) -> bytes | None:
    """What was written under `key`; None if that was nothing, or isn't there unharmed."""
    with contextlib.suppress(OSError, RuntimeError):  # RuntimeError: there is no home
        if _is_own(folder()):
            content = (folder() / _name(key)).read_bytes()
            digest, data = content[:_DIGEST], content[_DIGEST:]
            if digest == _digest(key, data):
                return data
    return None


def write(key: str, data: bytes) -> None:
    """Keep `data` under `key`, if that is possible."""
    with contextlib.suppress(OSError, RuntimeError):
        place = folder()
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        if _is_own(place):
            _replace(place / _name(key), _digest(key, data) + data)


def _replace(path: Path, content: bytes) -> None:
    """Write a file in one step: whoever reads meanwhile sees the old one or the new one."""
    descriptor, made = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(made).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(made).unlink()
        raise


def _is_own(place: Path) -> bool:
    """Whether nobody else can write to the folder, or has put it there."""
    if not hasattr(os, "geteuid"):
        return True  # Windows: a user's folders are the user's own
    found = place.lstat()
    own = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
    return own and not found.st_mode & 0o077


def _name(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _digest(key: str, data: bytes) -> bytes:
    return hashlib.sha256(key.encode() + b"\0" + data).digest()
