"""The generated functions for one tuple of shapes and dtypes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

from einsum_grad.emit import TARGETS, Target
from einsum_grad.lower import Lowering, lowering
from einsum_grad.runtime.generated.allocation import check_allocatable
from einsum_grad.runtime.generated.modules import load_module

Key = str | tuple[Any, ...]
"""The name of a function; along tangents a tuple of it and the operands that move."""

Run = Callable[..., Any]

Functions = dict[Key, Any]
"""`save`, `output`, `pullback` and `value_and_gradients`, as of `Source`, None for one that isn't
needed; `("jvp", 0, 2)` is the `jvp` for tangents of operands 0 and 2, and so with `hvp`."""

_PAIRS = TARGETS["numpy"]
"""What functions along tangents are written in where the target does not contract pairs."""

_MOST = 1024


class Generated(Functions):
    """The functions of a lowered pattern, each generated when it is first asked for."""

    __slots__ = ("_found", "_target")

    def __init__(self, found: Lowering, target: Target) -> None:
        super().__init__()
        self._found = found
        self._target = target

    def __missing__(self, key: Key) -> Any:
        made = self._made(key)
        if len(self) >= _MOST:
            self.clear()
        self.update(made)
        return made[key]

    def _made(self, key: Key) -> Mapping[Key, Run | None]:
        """The function `key`, and those of the same module."""
        if isinstance(key, str):
            return load_module(self._found, self._target).functions
        name, *active = key
        found, target = self._along(self._found.wrt if name == "hvp" else ())
        loaded = load_module(found, target, (name, tuple(active)))
        return {key: getattr(loaded.executed, name)}

    def _along(self, wrt: tuple[int, ...]) -> tuple[Lowering, Target]:
        """How a function along tangents is lowered: in pairs; and for which target.

        With all operands at once it would cost n times the forward; then the search decides.
        """
        found = replace(self._found, wrt=wrt)
        if found.is_pairwise:
            return found, self._target
        target = self._target if self._target.pairwise else _PAIRS
        sizes, traits, itemsize = found.sizes, found.traits, found.itemsize
        found = lowering(found.pattern, wrt, target.form, sizes, traits, itemsize, exact=True)
        check_allocatable(found)
        return found, target


def moves(operand: int, active: Collection[int]) -> bool:
    """Whether the gradient of an operand changes along tangents of the operands in `active`.

    It depends on all operands but its own.
    """
    return any(other != operand for other in active)
