"""`Operation`: a function of arrays, and a VJP rule for each operand that has a gradient."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from einsum_grad.errors import AutogradError


@dataclass(frozen=True, slots=True)
class Rule:
    """A function of the cotangent `g` and of whatever else its parameters name."""

    function: Callable[..., Any]
    asks: tuple[str, ...]

    def apply(self, g: Any, given: Mapping[str, Any]) -> Any:
        """The operand's cotangent, before broadcasting is summed back."""
        return self.function(g, **{name: given[name] for name in self.asks})


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """A function of arrays and its VJP rules: what recording a call needs to know."""

    name: str
    forward: Callable[..., Any]
    signature: inspect.Signature
    operands: tuple[str, ...]
    rules: Mapping[str, Rule]
    places: Mapping[str, int]
    """The position of each operand, and of `out`."""
    variadic: bool
    """Whether its one operand is starred and stands for any number of them."""
    ordered: bool
    """Whether it compares its operands, so that complex ones have no gradient."""
    view: bool
    """Whether the result may be a view of an operand."""

    def names(self, count: int) -> tuple[str, ...]:
        """The name of each of `count` operands."""
        return self.operands * count if self.variadic else self.operands

    def rule(self, position: int) -> Rule:
        """The rule for the operand at `position`; raises `AutogradError` if there is none."""
        operand = self.operands[0 if self.variadic else position]
        if operand not in self.rules:
            raise AutogradError(f"{self.name} has no gradient rule for its operand {operand}")
        return self.rules[operand]
