"""Packages that import their names on first use (PEP 562)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any


def lazily(
    package: str, homes: Mapping[str, Iterable[str]]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """The `__getattr__` and `__dir__` of a package: `homes` maps its modules to their names.

    A folder named like a public function must be such a package: importing it binds the folder in
    its parent, over the function, so it is imported up front, which has to be cheap.

    >>> get, names = lazily("einsum_grad", {"errors": ["PatternError"]})
    >>> get("PatternError")
    <class 'einsum_grad.errors.PatternError'>
    """
    home = {name: f"{package}.{module}" for module, names in homes.items() for name in names}
    known = vars(sys.modules[package])

    def get(name: str) -> Any:
        if name not in home:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        known[name] = value = getattr(import_module(home[name]), name)
        return value

    def names() -> list[str]:
        return sorted({*known, *home})

    return get, names
