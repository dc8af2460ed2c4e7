"""`Explained`: a pattern, its known sizes, its gradients and their costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from einsum_grad.explain.costs import Costs
from einsum_grad.explain.spelling import is_compact, pattern_text
from einsum_grad.plan import (
    AUTO,
    Formula,
    Gradient,
    GradientPlan,
    Names,
    NormalForm,
    Order,
    Pattern,
    stated,
    with_deltas,
)


@dataclass(frozen=True, slots=True)
class Explained:
    """The data behind every rendering of an explanation.

    `left_out` is the number of gradients that are left out because there are very many.
    """

    plan: GradientPlan
    forward: NormalForm
    gradients: tuple[Gradient, ...]
    notation: str
    sizes: Mapping[str, int]
    costs: Costs
    names: Names
    left_out: int = 0
    order: Order = AUTO

    @property
    def pattern(self) -> Pattern:
        """The pattern; if the shapes are known, with labels for its ellipsis."""
        return self.plan.pattern

    @property
    def operands(self) -> tuple[str, ...]:
        """The operands' names."""
        return self.names.operands

    def spell(self, pattern: Pattern, place: int | None = None, short: bool = False) -> str:
        """Write `pattern` in the notation of the explained one."""
        return pattern_text(pattern, is_compact(self.pattern, self.notation), place, short)

    def left(self, gradient: Gradient) -> tuple[str, ...]:
        """The names on the gradient's left side: the cotangent in the operand's place."""
        place, names = gradient.operand, self.operands
        return (*names[:place], self.names.cotangent, *names[place + 1 :])

    def forward_formula(self) -> Formula:
        """The equation of the pattern itself."""
        return with_deltas(stated(self.pattern, self.operands, self.names.output))

    def gradient_formula(self, gradient: Gradient) -> Formula:
        """The equation of one of `gradients`."""
        place = gradient.operand
        swapped, name = gradient.form.pattern, f"d{self.operands[place]}"
        return with_deltas(stated(swapped, self.left(gradient), name, place))
