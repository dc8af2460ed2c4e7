"""`Derivation` to functions: its modules, written for sizes and executed once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from einsum_grad.calculus.derive import Derivation
from einsum_grad.calculus.terms import Terms
from einsum_grad.emit.expression.module import FUNCTIONS, emit_derivation, stored
from einsum_grad.once import once
from einsum_grad.runtime.load import execute

Key = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Compiled:
    """The functions of a module, and the terms whose arrays `hessian_compressed` returns."""

    functions: Mapping[str, Callable[..., Any]]
    hessians: tuple[tuple[Terms, ...], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Modules:
    """The modules of a derivation: sizes of the same scale share one."""

    derivation: Derivation
    known: dict[Key, Compiled] = field(default_factory=dict)

    def of(self, sizes: Mapping[str, int]) -> Compiled:
        """The functions for arrays whose dimensions have these sizes."""
        # The scale of the sizes chooses the order of contraction; the functions run for any.
        key = tuple((dim, 1 << max(0, size - 1).bit_length()) for dim, size in sizes.items())
        found = self.known.get(key)
        return once(self.known, key, lambda: self._compiled(dict(key))) if found is None else found

    def _compiled(self, sizes: Mapping[str, int]) -> Compiled:
        source = emit_derivation(self.derivation, sizes)
        module = execute(source.text, "an expression", FUNCTIONS, {}, source.needed)
        functions = {name: getattr(module, name) for name in FUNCTIONS}
        return Compiled(functions, stored(self.derivation, sizes))
