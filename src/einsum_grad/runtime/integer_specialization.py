"""Integers and bools: the forward is NumPy's, the derivatives are exact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from einsum_grad.runtime.dtypes import Array
from einsum_grad.runtime.specialization import Gradients, Specialization


@dataclass(frozen=True, slots=True)
class IntegerSpecialization:
    """NumPy's forward for integers and bools, and exact derivatives, in 64 bits."""

    native: Specialization
    exact: Specialization
    ordered: bool

    def forward(self, arrays: Sequence[Array]) -> Any:
        """The output, which wraps around as NumPy's does."""
        return self.native.forward(arrays)

    def vjp(self, arrays: Sequence[Array]) -> tuple[Any, None]:
        """The output; nothing is saved, as the pullback computes in another dtype."""
        return self.native.forward(arrays), None

    def pullback(self, cotangent: Any, arrays: Sequence[Array], saved: object) -> Gradients:
        """The gradients; raises `DTypeError` where they might not fit, as all below do."""
        return self.exact.backward(cotangent, arrays)

    def together(self, cotangent: Any, arrays: Sequence[Array]) -> tuple[Any, Gradients]:
        """The output and the gradients, which are computed separately."""
        return self.native.forward(arrays), self.exact.backward(cotangent, arrays)

    def backward(self, cotangent: Any, arrays: Sequence[Array]) -> Gradients:
        """The gradients."""
        return self.exact.backward(cotangent, arrays)

    def jvp(self, arrays: Sequence[Array], tangents: Sequence[Any]) -> tuple[Any, Any]:
        """The output and its tangent."""
        return self.exact.jvp(arrays, tangents)

    def hvp(
        self, arrays: Sequence[Array], tangents: Sequence[Any], cotangent: Any
    ) -> tuple[Gradients, Gradients]:
        """The gradients, and their derivatives along the tangents."""
        return self.exact.hvp(arrays, tangents, cotangent)
