"""Operands other than arrays, such as Tensors: each kind brings its own calls of a pattern.

The runtime knows none of them. The module that defines a kind registers it, and a compiled function
that meets one hands the call over. Calls with arrays alone never get here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from importlib import import_module
from typing import Any, Protocol, TypeAlias

import numpy as np

from einsum_grad.errors import OperandError
from einsum_grad.runtime.arguments import Arguments
from einsum_grad.runtime.libraries.library import check_none_beside


class Calls(Protocol):
    """What a compiled function does with operands of a kind; see the methods of `Function`."""

    def forward(self, operands: Sequence[Any]) -> Any:
        """The output."""

    def vjp(self, operands: Sequence[Any]) -> tuple[Any, Any]:
        """The output, and what the pullback reuses."""

    def pullback(self, cotangent: Any, operands: Sequence[Any], saved: Any) -> tuple[Any, ...]:
        """The gradients, from what `vjp` saved."""

    def together(self, cotangent: Any, operands: Sequence[Any]) -> tuple[Any, tuple[Any, ...]]:
        """The output and the gradients."""

    def backward(self, cotangent: Any, operands: Sequence[Any]) -> tuple[Any, ...]:
        """The gradients."""

    def jvp(self, operands: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
        """The output and its tangent."""

    def hvp(
        self, operands: Sequence[Any], tangents: Sequence[Any], cotangent: Any
    ) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        """The gradients, and their derivatives along the tangents."""


Make: TypeAlias = Callable[[Arguments, bool], Calls]
"""Makes the calls of the pattern that was compiled with these arguments; the bool is `conj`."""

_KINDS: dict[type, Make] = {}
_PLAIN = {np.ndarray, np.float64, np.float32, float, int, complex, list, type(None)}
"""Classes that are of no kind, so that no kind need be asked about their values."""

_ELSEWHERE = {"dask": "einsum_grad.dask"}
"""By the package of a class, the module of ours that registers it: imported with its first value,
so that no library is imported for values of its own."""


def register_kind(kind: type, make: Make) -> None:
    """Let `make` serve the calls with a value of the class `kind` among their arguments."""
    _KINDS[kind] = make


def calls_of(values: Collection[Any], arguments: Arguments, conj: bool) -> Calls | None:
    """The calls that one of the values brings; None if all are arrays or convert to them.

    Raises `OperandError` for values of two kinds, and for arrays of another library beside them.
    """
    if _PLAIN.issuperset(map(type, values)):
        return None
    for package in set(map(_package, values)):
        if package in _ELSEWHERE:
            import_module(_ELSEWHERE[package])
    found = {kind: value for value in values for kind in _KINDS if isinstance(value, kind)}
    if not found:
        return None
    (kind, value), *others = found.items()
    if others:  # one of them would have to become an array, and lose what it is
        names = " beside ".join(map(_named, found.values()))
        raise OperandError(f"{names}, in one call: convert them to one kind first")
    check_none_beside(value, values)
    return _KINDS[kind](arguments, conj)


def _named(value: Any) -> str:
    return f"{_package(value)}.{type(value).__name__}"


def _package(value: Any) -> str:
    return type(value).__module__.partition(".")[0]
