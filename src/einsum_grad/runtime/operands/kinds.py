"""Operands other than arrays, such as Tensors: each kind brings its own calls of a pattern.

The runtime knows none of them. The module that defines a kind registers it, and a compiled function
that meets one hands the call over. Calls with arrays alone never get here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from importlib import import_module
from typing import Any, Protocol, TypeAlias

import numpy as np

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

_OUTER: dict[type, Make] = {}
_KINDS: dict[type, Make] = {}
_PLAIN = {np.ndarray, np.float64, np.float32, float, int, complex, list, type(None)}
"""Classes that are of no kind, so that no kind need be asked about their values."""

_ELSEWHERE = {"dask": "einsum_grad.dask"}
"""By the package of a class, the module of ours that registers it: imported with its first value,
so that no library is imported for values of its own."""


def register_kind(kind: type, make: Make, *, outer: bool = False) -> None:
    """Let `make` serve the calls with a value of the class `kind` among their arguments.

    An `outer` kind, whose values are made of arrays, serves those with arrays of the others too.
    """
    (_OUTER if outer else _KINDS)[kind] = make


def calls_of(values: Collection[Any], arguments: Arguments, conj: bool) -> Calls | None:
    """The calls that one of the values brings; None if all are arrays or convert to them.

    Raises `OperandError` for arrays of a library beside them.
    """
    if _PLAIN.issuperset(map(type, values)):
        return None
    for value in values:
        load_kind(value)
    for kind, make in (*_OUTER.items(), *_KINDS.items()):
        for value in values:
            if isinstance(value, kind):
                check_none_beside(value, values)
                return make(arguments, conj)
    return None


def load_kind(value: Any) -> None:
    """Import the module of ours that knows the class of `value`, if there is one."""
    module = _ELSEWHERE.get(_package(value))
    if module:
        import_module(module)


def _package(value: Any) -> str:
    return type(value).__module__.partition(".")[0]
