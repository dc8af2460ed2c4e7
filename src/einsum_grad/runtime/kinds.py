"""Operands other than NumPy's arrays, such as Tensors: each kind brings its own calls of a pattern.

The runtime knows none of them. The module that defines a kind registers it, and a compiled function
that meets one hands the call over. Calls with NumPy's arrays alone never get here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias
from weakref import WeakKeyDictionary

import numpy as np

from einsum_grad.errors import OperandError
from einsum_grad.runtime.arguments import Arguments


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


@dataclass(frozen=True, slots=True)
class Kind:
    """Values with calls of their own: their name in the plural, which classes, and the calls.

    What is `beside_arrays` is taken together with NumPy's arrays and what converts to them.
    """

    name: str
    has: Callable[[type], bool]
    make: Make
    beside_arrays: bool


_KINDS: list[Kind] = []
_KNOWN: WeakKeyDictionary[type, Kind | None] = WeakKeyDictionary()
_NUMBERS = (bool, int, float, complex, type(None))
"""Classes that go with any kind; None stands for no tangent."""

_PLAIN = {np.ndarray, np.float64, np.float32, list, *_NUMBERS}
"""Classes that are of no kind, so that no kind need be asked about their values."""


def register_kind(kind: Kind) -> None:
    """Let `kind` serve the calls with a value of its classes among their arguments."""
    _KINDS.append(kind)
    _KNOWN.clear()


def calls_of(values: Collection[Any], arguments: Arguments, conj: bool) -> Calls | None:
    """The calls that one of the values brings; None if all are arrays or convert to them.

    Raises `OperandError` for values of two kinds that don't go together.
    """
    if _PLAIN.issuperset(map(type, values)):
        return None
    found = list(dict.fromkeys(filter(None, map(_kind_of, values))))
    if not found:
        return None
    others = [value for value in values if not (_kind_of(value) or isinstance(value, _NUMBERS))]
    if len(found) > 1 or (others and not found[0].beside_arrays):
        raise mixed([*(kind.name for kind in found), *map(_plural, others)])
    return found[0].make(arguments, conj)


def mixed(names: Sequence[str]) -> OperandError:
    """The error for a call with values of several kinds."""
    told = " beside ".join(dict.fromkeys(names))
    return OperandError(f"{told}, in one call: convert them to arrays of one library first")


def _plural(value: Any) -> str:
    if isinstance(value, (np.ndarray, np.generic)):
        return "NumPy arrays"
    return f"{type(value).__name__}s"


def _kind_of(value: Any) -> Kind | None:
    cls = type(value)
    try:
        return _KNOWN[cls]
    except KeyError:
        kind = next((kind for kind in _KINDS if kind.has(cls)), None)
        _KNOWN[cls] = kind
        return kind
