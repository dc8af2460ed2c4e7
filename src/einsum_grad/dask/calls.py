"""Calls of a compiled pattern with Dask arrays: every result is lazy, and shares what it can."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import dask.array as da

from einsum_grad.dask.run import Run, start
from einsum_grad.runtime import Arguments, register_kind


@dataclass(frozen=True, slots=True)
class DaskCalls:
    """Calls of one pattern with a Dask array among operands, tangents or the cotangent.

    Nothing is computed. The output and the gradients are Dask arrays; a gradient has its operand's
    chunks. NumPy's arrays are divided into the chunks of the others.
    """

    arguments: Arguments
    conj: bool

    def forward(self, operands: Sequence[Any]) -> Any:
        """The output."""
        return self.vjp(operands)[0]

    def vjp(self, operands: Sequence[Any]) -> tuple[Any, Run]:
        """The output, and what the pullback reuses."""
        run = start(self.arguments, operands, self.conj)
        return run.output(), run

    def pullback(self, cotangent: Any, operands: Sequence[Any], saved: Run) -> tuple[Any, ...]:
        """The gradients, from what `vjp` saved."""
        return saved.gradients(cotangent)

    def together(self, cotangent: Any, operands: Sequence[Any]) -> tuple[Any, tuple[Any, ...]]:
        """The output and the gradients."""
        output, run = self.vjp(operands)
        return output, run.gradients(cotangent)

    def backward(self, cotangent: Any, operands: Sequence[Any]) -> tuple[Any, ...]:
        """The gradients."""
        return start(self.arguments, operands, self.conj).gradients(cotangent)

    def jvp(self, operands: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
        """The output and its tangent."""
        return start(self.arguments, operands, self.conj, "jvp", tangents).tangent()

    def hvp(
        self, operands: Sequence[Any], tangents: Sequence[Any], cotangent: Any
    ) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        """The gradients, and their derivatives along the tangents."""
        run = start(self.arguments, operands, self.conj, "hvp", tangents)
        return run.products(cotangent)


register_kind(da.Array, DaskCalls)
