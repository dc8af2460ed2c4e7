"""What dZ stands for, below a text that has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from einsum_grad.cli.console import shows_symbols, tell

if TYPE_CHECKING:
    from einsum_grad.plan import Names


def tell_meaning(names: Names | None = None) -> None:
    """Print that the cotangent is the derivative of a loss; by default that of Z."""
    from einsum_grad.explain.blocks import meaning
    from einsum_grad.explain.spelling import ASCII, UNICODE
    from einsum_grad.plan import Names

    spelling = UNICODE if shows_symbols() else ASCII
    tell(meaning(names or Names(()), spelling.derivative))
