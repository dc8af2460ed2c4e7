"""`Operation`: a function of arrays, and a VJP rule for each operand that has a gradient."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from einsum_grad.errors import AutogradError

POSITION = "position"
"""What a rule calls the place of its operand among the operands."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A function of the cotangent `g` and of whatever else its parameters name."""

    function: Callable[..., Any]
    asks: tuple[str, ...]

    def at(self, position: int) -> Callable[..., Any]:
        """The rule for the operand at `position`, as a function of `g` and the rest of `asks`."""
        kinds = {p.kind for p in inspect.signature(self.function).parameters.values()}
        if inspect.Parameter.KEYWORD_ONLY not in kinds and POSITION not in self.asks:
            return self.function
        names = [name for name in self.asks if name != POSITION]
        fixed = {POSITION: position} if POSITION in self.asks else {}

        def by_name(g: Any, *given: Any) -> Any:
            return self.function(g, **dict(zip(names, given, strict=True)), **fixed)

        return by_name


@dataclass(frozen=True, slots=True)
class Plan:
    """What the rules of the wanted operands ask for, and how to call each of them."""

    places: tuple[int, ...]
    """The positions of the operands, and of the result, that a rule asks for."""
    facts: tuple[str, ...]
    """What else they ask for: parameters, and the shapes."""
    borrowed: tuple[bool, ...]
    """For each operand, whether its values are kept."""
    rules: tuple[tuple[Callable[..., Any], tuple[int, ...]], ...]
    """Each rule, and the numbers of what it takes: the places first, then the facts."""


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

    simple: bool = field(init=False)
    """Whether it has no parameters but its operands."""

    def __post_init__(self) -> None:
        simple = len(self.operands) == len(self.signature.parameters)
        object.__setattr__(self, "simple", simple)

    def names(self, count: int) -> tuple[str, ...]:
        """The name of each of `count` operands."""
        return self.operands * count if self.variadic else self.operands

    def rule(self, position: int) -> Rule:
        """The rule for the operand at `position`; raises `AutogradError` if there is none."""
        operand = self.operands[0 if self.variadic else position]
        if operand not in self.rules:
            raise AutogradError(f"{self.name} has no gradient rule for its operand {operand}")
        return self.rules[operand]


@functools.lru_cache(maxsize=1024)
def plan_of(operation: Operation, wanted: tuple[int, ...], count: int) -> Plan:
    """What recording a call with `count` operands needs, those `wanted` having a gradient.

    Raises `AutogradError` if one of these has no rule.
    """
    rules = [(operation.rule(position), position) for position in wanted]
    asked = dict.fromkeys(name for rule, _ in rules for name in rule.asks if name != POSITION)
    kept = [name for name in asked if name in operation.places]
    facts = [name for name in asked if name not in operation.places]
    numbers = {name: number for number, name in enumerate((*kept, *facts))}
    return Plan(
        tuple(operation.places[name] for name in kept),
        tuple(facts),
        tuple(operation.view or name in asked for name in operation.names(count)),
        tuple(
            (rule.at(position), tuple(numbers[name] for name in rule.asks if name != POSITION))
            for rule, position in rules
        ),
    )
