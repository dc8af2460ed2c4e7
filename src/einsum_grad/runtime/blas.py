"""The threads of NumPy's BLAS: it has one while our own have the cores."""

from __future__ import annotations

import ctypes
import functools
import importlib
import os
import threading
from collections.abc import Callable
from typing import Any, ClassVar

from einsum_grad.runtime.undone import Undone

_LINKED = "numpy._core._multiarray_umath"
"""The module that is linked to the BLAS: what a library is linked to is found through it."""

_NAMES = (
    ("scipy_openblas_get_num_threads64_", "scipy_openblas_set_num_threads64_"),
    ("scipy_openblas_get_num_threads", "scipy_openblas_set_num_threads"),
    ("openblas_get_num_threads64_", "openblas_set_num_threads64_"),
    ("openblas_get_num_threads", "openblas_set_num_threads"),
    ("MKL_Get_Max_Threads", "MKL_Set_Num_Threads"),
)
"""What tells and sets the threads: of OpenBLAS, in NumPy's wheels and elsewhere, and of MKL."""

Threads = tuple[Callable[[], int], Callable[[int], None]]
"""What tells the number of threads of a BLAS, and what sets it."""


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
            threads = _threads()
            if threads:
                get, set_ = threads
                if Alone._before is None:
                    Alone._before = get()
                set_(1)

    def _leave(self) -> None:
        with Alone._lock:
            Alone._inside.discard(id(self))
            _set_back()


def _set_back() -> None:
    threads = _threads()
    if threads and not Alone._inside and Alone._before is not None:
        threads[1](Alone._before)
        Alone._before = None


def _after_fork() -> None:
    """A child has none of its parent's other threads, and so no one who is inside."""
    Alone._lock = threading.RLock()
    Alone._inside.clear()
    _set_back()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


@functools.cache
def _threads() -> Threads | None:
    """The threads of NumPy's BLAS; None where it is neither OpenBLAS nor MKL."""
    try:
        library: Any = ctypes.PyDLL(importlib.import_module(_LINKED).__file__)
    except (ImportError, OSError):
        return None
    for names in _NAMES:
        get, set_ = (getattr(library, name, None) for name in names)
        if get and set_:
            get.argtypes, get.restype = [], ctypes.c_int
            set_.argtypes, set_.restype = [ctypes.c_int], None
            return get, set_
    return None
