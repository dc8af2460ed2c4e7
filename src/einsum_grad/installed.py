"""The import of a library that may not be installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from einsum_grad.errors import MissingLibraryError


@contextmanager
def installed(name: str) -> Iterator[None]:
    """Turn the failed import of `name` into a `MissingLibraryError`, which says what to install.

    >>> with installed("nothing"):
    ...     import nothing
    Traceback (most recent call last):
    ...
    einsum_grad.errors.MissingLibraryError: nothing isn't installed: pip install nothing
    """
    root = name.partition(".")[0]
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name != root:
            raise
        told = f"{root} isn't installed: pip install {root.replace('_', '-')}"
        raise MissingLibraryError(told) from None


def imported(name: str) -> Any:
    """The module `name`; raises `MissingLibraryError` where it isn't installed."""
    with installed(name):
        return import_module(name)
