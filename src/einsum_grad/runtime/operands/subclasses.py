"""Operands that mean more than their numbers, which they would lose as a plain NumPy array."""

from __future__ import annotations

from typing import Any

import numpy as np

from einsum_grad.errors import DTypeError

_MEANINGS = ("__array_ufunc__", "__array_function__", "__mul__", "__matmul__")
"""What a subclass of NumPy's array overrides if it means more than its numbers, as units do."""

_PLAIN = frozenset({"dask", "einsum_grad"})
"""The packages whose arrays override NumPy's functions, but mean nothing beyond their numbers."""

_NUMBERS = frozenset({bool, int, float, complex})


def check_plain(value: Any, name: str) -> None:
    """Raise `DTypeError` for what would lose a mask, units or its own product.

    Lists and tuples are searched.

    >>> check_plain([1.0, np.ma.masked], "operand 0")
    Traceback (most recent call last):
    ...
    einsum_grad.errors.DTypeError: operand 0: a masked array would lose its mask here; fill it first
    """
    if isinstance(value, (list, tuple)):
        if not _NUMBERS.issuperset(map(type, value)):
            for part in value:
                check_plain(part, name)
    elif isinstance(value, np.ma.MaskedArray):
        raise DTypeError(f"{name}: a masked array would lose its mask here; fill it first")
    elif _means_more(type(value)):
        raise DTypeError(
            f"{name}: a {type(value).__name__} has a meaning that would be lost here; if its "
            "numbers are all that you need, pass np.asarray(…) of it"
        )


def _means_more(kind: type) -> bool:
    if issubclass(kind, np.ndarray):
        return any(getattr(kind, name) is not getattr(np.ndarray, name) for name in _MEANINGS)
    own = hasattr(kind, "__array_function__")
    return own and kind.__module__.partition(".")[0] not in _PLAIN
