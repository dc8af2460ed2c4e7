"""`Derivation` to functions, each written for sizes and executed once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from einsum_grad.calculus.derivatives.terms import Terms
from einsum_grad.calculus.derive import Derivation
from einsum_grad.emit.expression.module import emit_derivation, stored
from einsum_grad.once import once
from einsum_grad.runtime.generated.load import execute

Hessians = tuple[tuple[Terms, ...], ...]
"""The terms of each pair of variables."""

Scale = tuple[tuple[str, int], ...]

Key = tuple[str, Scale]
"""The name of a function, and the scale of the sizes that it was written for."""


@dataclass(frozen=True, slots=True, eq=False)
class Modules:
    """The functions of a derivation, each in a module of its own; sizes of one scale share it."""

    derivation: Derivation
    known: dict[Key, Callable[..., Any]] = field(default_factory=dict)
    terms: dict[Scale, Hessians] = field(default_factory=dict)

    def function(self, name: str, sizes: Mapping[str, int]) -> Callable[..., Any]:
        """The function `name` for arrays whose dimensions have these sizes."""
        key = (name, tuple(scale(sizes).items()))
        found = self.known.get(key)
        return once(self.known, key, lambda: self._loaded(name, sizes)) if found is None else found

    def hessians(self, sizes: Mapping[str, int]) -> Hessians:
        """The terms whose arrays the function `hessian_compressed` returns."""
        own = scale(sizes)
        return once(self.terms, tuple(own.items()), lambda: stored(self.derivation, own))

    def _loaded(self, name: str, sizes: Mapping[str, int]) -> Callable[..., Any]:
        source = emit_derivation(self.derivation, scale(sizes), name)
        module = execute(source.text, f"{name} of an expression", (name,), {}, source.needed)
        function: Callable[..., Any] = getattr(module, name)
        return function


def scale(sizes: Mapping[str, int]) -> dict[str, int]:
    """The sizes up to a factor of two: they choose the order of contraction, and no more."""
    return {dim: 1 << max(0, size - 1).bit_length() for dim, size in sizes.items()}
