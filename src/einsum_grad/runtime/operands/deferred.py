"""Arrays whose numbers are computed when the caller says so, such as Dask's.

NumPy's functions take them, but some compute them to do so. The runtime knows none of their kinds:
the module that defines one registers what keeps its arrays as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from einsum_grad.runtime.operands.kinds import load_kind

Like = Callable[[Any], Any]
"""From an array to one that is divided as another is."""


@dataclass(frozen=True, slots=True)
class Deferred:
    """A kind of deferred arrays.

    `checked` raises an error of ours, with a name, for an array that can't be an operand. `guarded`
    is what stands for an array while the function of that name works on it: it refuses what would
    compute. `bare` makes its results arrays again. `like` returns a function that makes arrays,
    NumPy's and single numbers too, arrays that are divided as this one is.
    """

    checked: Callable[[Any, str], Any]
    guarded: Callable[[Any, str], Any]
    bare: Callable[[Any], Any]
    like: Callable[[Any], Like]


KINDS: dict[type, Deferred] = {}
"""By the class of the arrays; empty until the first of them has come."""


def register_deferred(kind: type, deferred: Deferred) -> None:
    """Take the arrays of the class `kind` for deferred ones."""
    KINDS[kind] = deferred


def read_deferred(value: Any, name: str) -> Any:
    """`value` if it is a deferred array that can be an operand, else None."""
    deferred = loaded(value)
    return deferred.checked(value, name) if deferred else None


def loaded(value: Any) -> Deferred | None:
    """What a deferred array brings, the first of its kind too; None for any other value."""
    load_kind(value)
    return None if isinstance(value, (list, tuple)) else deferred_of([value])


def deferred_of(values: Iterable[Any]) -> Deferred | None:
    """What the first deferred array in `values` brings; None where there is none."""
    for value in values if KINDS else ():
        if type(value) in (list, tuple):
            return deferred_of(value)
        for kind, deferred in KINDS.items():
            if isinstance(value, kind):
                return deferred
    return None


def like_of(array: Any) -> Like | None:
    """What divides other arrays as `array` is divided; None for one of NumPy's."""
    deferred = deferred_of([array])
    return deferred.like(array) if deferred else None
