"""`Primitive`: a function of arrays, and a VJP rule for each operand that has a gradient."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from einsum_grad.autograd.record import record
from einsum_grad.errors import ArgumentTypeError, AutogradError


@dataclass(frozen=True, slots=True)
class Rule:
    """A function of the cotangent `g` and of what else its parameters name."""

    function: Callable[..., Any]
    asks: tuple[str, ...]

    def apply(self, g: Any, given: Mapping[str, Any]) -> Any:
        """The operand's cotangent, before broadcasting is summed back."""
        return self.function(g, **{name: given[name] for name in self.asks})


@dataclass(frozen=True, slots=True, eq=False)
class Primitive:
    """A function of arrays with a VJP rule for each operand that has a gradient.

    Called with arrays it gives an array, with a Tensor among its operands a Tensor.
    """

    name: str
    forward: Callable[..., Any]
    signature: inspect.Signature
    operands: tuple[str, ...]
    rules: Mapping[str, Rule]
    places: Mapping[str, int]
    """The position of each operand, and of `out`."""
    variadic: bool
    """Whether its one operand is a starred one, which stands for any number of them."""
    ordered: bool
    """Whether it compares its operands, so that complex ones have no gradient."""
    view: bool
    """Whether the result may be a view of an operand."""

    def __repr__(self) -> str:
        return f"<primitive {self.name}{self.signature}>"

    def names(self, count: int) -> tuple[str, ...]:
        """The name of each of `count` operands."""
        return self.operands * count if self.variadic else self.operands

    def rule(self, position: int) -> Rule:
        """The rule for the operand at `position`; raises `AutogradError` if there is none."""
        operand = self.operands[0 if self.variadic else position]
        if operand not in self.rules:
            raise AutogradError(f"{self.name} has no gradient rule for its operand {operand}")
        return self.rules[operand]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run it, and record it if an operand is a Tensor that requires a gradient."""
        if not kwargs and len(args) == len(self.operands) == len(self.signature.parameters):
            return record(self, args, {})
        try:
            bound = self.signature.bind(*args, **kwargs)
        except TypeError as error:
            raise ArgumentTypeError(f"{self.name}{self.signature}: {error}") from None
        bound.apply_defaults()
        operands = tuple(bound.arguments.pop(name) for name in self.operands)
        return record(self, operands[0] if self.variadic else operands, bound.arguments)
