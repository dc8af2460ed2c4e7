"""`Pattern` to `GradientPlan`: the swap rule, in normal form for every operand."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from einsum_grad.plan.normal import Diagonal, NormalForm, normal_form
from einsum_grad.plan.pattern import Labels, Pattern

Stretch = tuple[int, int, str]
"""An operand, an axis of size 1 there, and the label along which it broadcasts."""


@dataclass(frozen=True, slots=True)
class Gradient:
    """How to get the gradient of one operand from the cotangent and the other operands.

    >>> from einsum_grad.plan import pattern_of, plan
    >>> from einsum_grad.syntax import parse
    >>> gradient = plan(pattern_of(parse("bij,jk->ik"))).gradients[0]
    >>> gradient.pattern, gradient.reduced, gradient.repeat_axes
    ('ik,jk->bij', 'ik,jk->ij', ('b',))
    """

    operand: int
    form: NormalForm
    summed_back: tuple[tuple[str, int], ...] = ()
    """The labels along which the operand broadcasts, each with its axis of size 1."""
    expanded: Labels = ()
    """The repeat axes whose label has size 1 in every other operand that has it."""

    @property
    def pattern(self) -> str:
        """The swap: the cotangent in the operand's place, the operand's labels as the output."""
        return str(self.form.pattern)

    @property
    def reduced(self) -> str:
        """The part that is a contraction; legal for np.einsum."""
        return str(self.form.reduced)

    @property
    def repeat_axes(self) -> Labels:
        """The labels that only this operand has: the gradient is constant along each of them."""
        return self.form.repeat_axes

    @property
    def diagonals(self) -> tuple[Diagonal, ...]:
        """The labels that the operand repeats, each with its axes: off them the gradient is 0."""
        return self.form.diagonals


@dataclass(frozen=True, slots=True)
class GradientPlan:
    """A pattern and its requested gradients, in the order of `wrt`."""

    pattern: Pattern
    wrt: tuple[int, ...]
    stretched: tuple[Stretch, ...] = ()

    @property
    def forward(self) -> NormalForm:
        """The normal form of the pattern itself."""
        return normal_form(self.pattern)

    @property
    def gradients(self) -> tuple[Gradient, ...]:
        """One `Gradient` for each operand in `wrt`."""
        return tuple(gradient(self.pattern, operand, self.stretched) for operand in self.wrt)


def plan(
    pattern: Pattern, wrt: tuple[int, ...] | None = None, stretched: tuple[Stretch, ...] = ()
) -> GradientPlan:
    """Plan the gradients of `pattern` for the operands in `wrt`, by default all of them."""
    everything = tuple(range(len(pattern.inputs)))
    return GradientPlan(pattern, everything if wrt is None else wrt, stretched)


@functools.lru_cache(maxsize=1024)
def gradient(pattern: Pattern, operand: int, stretched: tuple[Stretch, ...] = ()) -> Gradient:
    """Apply the swap rule to one operand."""
    form = normal_form(pattern.swap(operand))
    broadcasting = {label for _, _, label in stretched}
    return Gradient(
        operand=operand,
        form=form,
        summed_back=tuple((label, axis) for other, axis, label in stretched if other == operand),
        expanded=tuple(label for label in form.repeat_axes if label in broadcasting),
    )
