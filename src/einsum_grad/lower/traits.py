"""What the lowering needs to know of the operands' common dtype."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Traits:
    """The facts about a dtype that change a program.

    `complex`: the factors in a gradient are conjugated, torch's convention, unless `conjugate` is
    False, JAX's. `whole`: integers or bools, which NumPy would widen in a sum, and whose scalars
    warn where arrays wrap around.
    """

    complex: bool = False
    conjugate: bool = True
    whole: bool = False

    @property
    def itemsize(self) -> int:
        """The bytes of a number where no dtype is known: a float64's, or a complex128's."""
        return 16 if self.complex else 8


PLAIN = Traits()
"""Real numbers."""
