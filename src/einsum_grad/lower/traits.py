"""What the lowering must know of the operands' dtypes, and nothing else of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Traits:
    """The facts about dtypes that change a program.

    `complex` are the positions of complex operands. `half` are those of float16 operands where
    the result is float16 too: they are widened, so that sums are kept in float32. `mixed` says
    that the dtypes differ, so each gradient is cast to its operand's. `conjugate` is the
    convention: torch's, whose gradient is the way to descend, or JAX's without conjugates.
    """

    complex: frozenset[int] = frozenset()
    half: frozenset[int] = frozenset()
    mixed: bool = False
    conjugate: bool = True


UNIFORM = Traits()
"""Real operands of one dtype, which is not float16."""
