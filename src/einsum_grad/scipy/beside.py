"""The names of SciPy that stand beside ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from einsum_grad.installed import imported


def beside(module: str) -> Callable[[str], Any]:
    """The `__getattr__` of a module of ours whose other names are those of SciPy's module.

    >>> beside("scipy.special")("erf")
    <ufunc 'erf'>
    """

    def get(name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        return getattr(imported(module), name)

    return get
