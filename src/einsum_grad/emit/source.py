"""`Source`: the text of a generated module, and which functions it holds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """A generated module.

    It defines `forward(*operands)` and `backward(cotangent, *operands)`; where the two share
    values (`has_residuals`), also `forward_with_residuals(*operands)`, which returns the output
    and a tuple, and `pullback(cotangent, *operands, residuals)`.
    """

    text: str
    target: str
    has_residuals: bool
