"""What a Tensor is made of: NumPy's arrays, and deferred ones, which nothing here computes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from einsum_grad.runtime.operands.deferred import KINDS, Like, deferred_of


def as_array(value: Any) -> NDArray[Any]:
    """`value` as NumPy's array; a deferred one stays what it is.

    >>> as_array(1.5)
    array(1.5)
    """
    deferred: NDArray[Any] = value
    return deferred if KINDS and deferred_of([value]) else np.asarray(value)


def freeze(array: Any) -> None:
    """Make an array read-only, if it can be."""
    if type(array) is np.ndarray:
        array.flags.writeable = False


def shown(array: Any) -> Any:
    """A frozen array as users may have it: a deferred one can't be read-only, and is copied."""
    return array if isinstance(array, np.ndarray) else array.copy()


def view(array: Any) -> NDArray[Any]:
    """Another array of the same values, in the same memory if they are there."""
    other: NDArray[Any] = array.view() if isinstance(array, np.ndarray) else array.copy()
    return other


def copied(array: Any) -> Any:
    """An array of the same values and order in memory, which no other shares."""
    return array.copy("K") if isinstance(array, np.ndarray) else array.copy()


def zeros(shape: tuple[int, ...], dtype: np.dtype[Any], like: Like | None = None) -> Any:
    """An array of zeros, divided as `like` does if it is given."""
    return like(np.zeros((), dtype)) if like else np.zeros(shape, dtype)


def lazily(
    name: str, function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any] = {}
) -> Any:
    """Call `function` with arrays, of which it computes none that is deferred.

    Raises `AutogradError` where it would.
    """
    deferred = deferred_of((*args, *kwargs.values())) if KINDS else None
    if deferred is None:
        return function(*args, **kwargs)
    kept = {key: deferred.guarded(value, name) for key, value in kwargs.items()}
    guarded = [deferred.guarded(value, name) for value in args]
    return deferred.bare(function(*guarded, **kept))
