"""A builder of steps that gives every value its own name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from einsum_grad.lower.names import Names, labels_suffix
from einsum_grad.lower.program import Op, Step, Value
from einsum_grad.plan import Labels


@dataclass(frozen=True, slots=True)
class Stage:
    """A step yet to be added: its operation, and the labels of its result."""

    op: Op
    labels: Labels


class Builder:
    """Collects the steps of a program."""

    def __init__(self, names: Iterable[str]) -> None:
        self._steps: list[Step] = []
        self.names = Names(names)
        self._derived: dict[tuple[Op, str], Value] = {}
        self._available: set[str] = set()

    def chain(self, args: Sequence[Value], stages: Sequence[Stage], name: str) -> Value:
        """Append `stages`, each reading the one before; the last result is called `name`.

        Without stages there is one argument, and it is the result.
        """
        values = tuple(args)
        for stage in stages:
            last = stage is stages[-1]
            own = name if last else self.names.new(f"{name}_{labels_suffix(stage.labels)}")
            result = Value(own, stage.labels)
            self._steps.append(Step(stage.op, result, values))
            values = (result,)
        return values[0]

    def derive(self, op: Op, value: Value, labels: Labels, suffix: str) -> Value:
        """A cheap variant of `value`, made once in each function under the same name."""
        key = (op, value.name)
        if key not in self._derived:
            self._derived[key] = Value(self.names.new(f"{value.name}_{suffix}"), labels)
        result = self._derived[key]
        if result.name not in self._available:
            self._available.add(result.name)
            self._steps.append(Step(op, result, (value,)))
        return result

    def take(self) -> tuple[Step, ...]:
        """The steps added since the last call."""
        taken, self._steps = tuple(self._steps), []
        return taken

    def new_function(self) -> None:
        """Begin a function in which no derived value is available yet."""
        self._available.clear()
