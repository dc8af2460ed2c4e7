"""The import of numba, which may be missing, half installed, or unfit for this NumPy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from einsum_grad.errors import MissingLibraryError


@contextmanager
def needed() -> Iterator[None]:
    """Turn a failed import within it into a `MissingLibraryError`, which says what to install.

    >>> with needed():
    ...     import nothing
    Traceback (most recent call last):
    ...
    einsum_grad.errors.MissingLibraryError: numba can't be imported (No module named 'nothing'): \
pip install 'einsum-grad[numba]'
    """
    try:
        yield
    except ImportError as error:
        told = f"numba can't be imported ({error}): pip install 'einsum-grad[numba]'"
        raise MissingLibraryError(told) from error
