"""`Arguments`: what `compile` was asked for, as the key of its cache."""

from __future__ import annotations

from typing import Any, NamedTuple

from einsum_grad.plan import AUTO, Request, Shape, request
from einsum_grad.syntax import Equation


class Arguments(NamedTuple):
    """The arguments of `compile`, read, so that equal ones mean the same."""

    pattern: str | Equation
    wrt: tuple[int | str, ...] | None = None
    notation: str = "letters"
    sizes: tuple[tuple[str, int], ...] | None = None
    target: str = "numpy"
    shapes: tuple[Shape, ...] | None = None
    optimize: Any = AUTO

    def request(self) -> Request:
        """The request that these arguments are."""
        known = None if self.sizes is None else dict(self.sizes)
        return request(self.pattern, self.wrt, self.notation, known, self.shapes, self.optimize)
