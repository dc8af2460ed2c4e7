"""Code that takes real parts: arrays of objects have none, so it would go unnoticed."""

from __future__ import annotations

from types import CodeType, FunctionType
from typing import Any

_PARTS = frozenset({"angle", "imag", "real", "real_if_close"})


def parts_taken(function: Any) -> frozenset[str]:
    """The names of parts of complex numbers that `function` has, or a function that it calls.

    >>> parts_taken(lambda x: x.real)
    frozenset({'real'})
    """
    return _PARTS & frozenset(_names(function, set()))


def _names(function: Any, seen: set[CodeType]) -> set[str]:
    if not isinstance(function, FunctionType) or function.__code__ in seen:
        return set()
    seen.add(function.__code__)
    names = _own(function.__code__)
    return names.union(*(_names(function.__globals__.get(name), seen) for name in names))


def _own(code: CodeType) -> set[str]:
    inner = [_own(const) for const in code.co_consts if isinstance(const, CodeType)]
    return set(code.co_names).union(*inner)
