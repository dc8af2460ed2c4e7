"""What generated modules get as `numba`: kernels that are compiled when they are first called."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from types import FunctionType, SimpleNamespace
from typing import Any

from einsum_grad.kernels.jit.kernel import Kernel
from einsum_grad.kernels.jit.needed import needed


def njit(**options: Any) -> Callable[[FunctionType], Kernel]:
    """numba.njit for the generated code: a decorator that compiles nothing yet."""
    return lambda function: Kernel(function, options)


_NUMBA = SimpleNamespace(njit=njit, prange=range)


def stand_in() -> SimpleNamespace:
    """The namespace; raises `MissingLibraryError` where numba can't be found.

    Importing numba takes longer than the rest of a call, so that has to wait for the first kernel.
    """
    with needed():
        if find_spec("numba") is None:
            raise ModuleNotFoundError("No module named 'numba'")
    return _NUMBA
