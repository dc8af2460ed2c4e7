"""Adding steps to a program; every value gets a name of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from einsum_grad.lower.program import Op, Step, Value
from einsum_grad.plan import ELLIPSIS, Labels

_LONGEST_SUFFIX = 8

_WORDS = frozenset({"part", "dot", "conj"})
"""Suffixes of other values: of the part of one in a block, of its tangent, of its conjugate."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A step to come: what it does, and the labels that it leaves."""

    op: Op
    labels: Labels


class Builder:
    """The steps of a program as they are added."""

    def __init__(self, names: Iterable[str]) -> None:
        self._steps: list[Step] = []
        self._names = set(names)
        self._derived: dict[tuple[Op, str], Value] = {}
        self._available: set[str] = set()

    def chain(self, args: Sequence[Value], stages: Sequence[Stage], name: str) -> Value:
        """Append `stages`, each reading the one before; the last result is called `name`.

        Without stages there is one argument, and it is the result.
        """
        values = tuple(args)
        for stage in stages:
            last = stage is stages[-1]
            own = name if last else self.name(name, labels_suffix(stage.labels))
            result = Value(own, stage.labels)
            self._steps.append(Step(stage.op, result, values))
            values = (result,)
        return values[0]

    def derive(self, op: Op, value: Value, labels: Labels, suffix: str) -> Value:
        """A cheap variant of `value`: made once in each function, and called the same in both."""
        key = (op, value.name)
        if key not in self._derived:
            self._derived[key] = Value(self.name(value.name, suffix), labels)
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

    def name(self, base: str, suffix: str) -> str:
        """A name that no value has: `base_suffix`, numbered where that is taken."""
        name, number = f"{base}_{suffix}", 2
        while name in self._names:
            name, number = f"{base}_{suffix}{number}", number + 1
        self._names.add(name)
        return name

    def reserve(self, name: str) -> str:
        """Keep `name` for the caller."""
        self._names.add(name)
        return name


def labels_suffix(labels: Labels) -> str:
    """How a name says `labels`, where that stays short.

    >>> labels_suffix(("i", "j")), labels_suffix(()), labels_suffix(("i", "1"))
    ('ij', 'scalar', 'i1')
    """
    suffix = "".join(label for label in labels if label != ELLIPSIS)
    is_name = suffix.isascii() and suffix.isalnum() and suffix not in _WORDS
    if is_name and len(suffix) <= _LONGEST_SUFFIX:
        return suffix
    return "reduced" if labels else "scalar"
