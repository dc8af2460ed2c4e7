"""What the lowering must know of the operands' one dtype, and nothing else of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Traits:
    """The facts about a dtype that change a program.

    `complex`: the numbers are complex; the factors in a gradient are conjugated, torch's
    convention, unless `conjugate` is False, JAX's. `whole`: they are integers or bools, which
    NumPy would widen in a sum, and whose scalars warn where arrays wrap around.
    """

    complex: bool = False
    conjugate: bool = True
    whole: bool = False

    @property
    def itemsize(self) -> int:
        """The bytes of a number where no dtype is known: that of a float64, or of two."""
        return 16 if self.complex else 8


PLAIN = Traits()
"""Real numbers."""
