"""The memory layout of a program's values as they are made, and of their copies."""

from __future__ import annotations

import itertools

from einsum_grad.lower import machine
from einsum_grad.lower.layout.product import Product, only, without
from einsum_grad.lower.names import Names, labels_suffix
from einsum_grad.lower.program import Op, Program, Step, Value, steps
from einsum_grad.lower.scale import Scale
from einsum_grad.plan import Labels


class Values:
    """The arranged values by name, their copies, and the steps that make both."""

    def __init__(self, program: Program, scale: Scale | None) -> None:
        self.scale = scale
        everything = (*steps(program.forward), *steps(program.backward))
        given = (*program.operands, program.cotangent)
        made = (step.result for step in everything)
        self._names = Names(value.name for value in (*given, *made))
        self._partners: dict[str, list[Value]] = {}
        """What each value is yet to be multiplied with."""
        for step in everything:
            for one, other in itertools.permutations(step.args, 2):
                self._partners.setdefault(one.name, []).append(other)
        self._now: dict[str, Value] = {}
        self._copies: dict[str, dict[Labels, Value]] = {}
        self._added: list[Step] = []

    def now(self, value: Value) -> Value:
        """`value` as arranged; its labels may have another order than before."""
        return self._now.get(value.name, value)

    def begin(self, step: Step) -> tuple[Value, ...]:
        """Begin `step`: return its arguments as arranged."""
        for one, other in itertools.permutations(step.args, 2):
            self._partners[one.name].remove(other)
        return tuple(map(self.now, step.args))

    def end(self, step: Step, made: Value) -> None:
        """Remember `made` as the arranged result of `step`."""
        self._now[step.result.name] = made

    def taken(self) -> tuple[Step, ...]:
        """The steps that were added since the last call."""
        todo, self._added = tuple(self._added), []
        return todo

    def add(self, op: Op, result: Value, args: tuple[Value, ...]) -> Value:
        """Append a step."""
        self._added.append(Step(op, result, args))
        return result

    def name(self, base: str, labels: Labels) -> str:
        """A new name for a value with `labels` made from `base`."""
        return self._names.new(f"{base}_{labels_suffix(labels)}")

    def viewed(self, value: Value, labels: Labels) -> Value:
        """A view of `value` with its axes in the order of `labels`."""
        if labels == value.labels:
            return value
        return self.add(Op.CONTRACT, Value(self.name(value.name, labels), labels), (value,))

    def copied(self, value: Value, labels: Labels) -> Value:
        """`value` if it has the order `labels`, else its copy in that order."""
        return value if labels == value.labels else self.copy(value, labels)

    def copy(self, value: Value, labels: Labels) -> Value:
        """The copy of `value` in the order of `labels`, made once."""
        copies = self._copies.setdefault(value.name, {})
        if labels not in copies:
            result = Value(self.name(value.name, labels), labels)
            copies[labels] = self.add(Op.COPY, result, (value,))
        return copies[labels]

    def known(self, value: Value) -> list[Value]:
        """`value` and its copies so far."""
        return [value, *self._copies.get(value.name, {}).values()]

    def lying(self, value: Value, order: Labels) -> Value:
        """`value`, or a copy of it, laid out in memory along `order`."""
        there = self.lies(value, order)
        return there or self.copy(value, self.in_memory(value.labels, order))

    def lies(self, value: Value, order: Labels) -> Value | None:
        """`value`, or the copy of it, that is laid out along `order`; None if there is none."""
        along = (v for v in self.known(value) if self.in_memory(v.labels, order) == v.labels)
        return next(along, None)

    def in_memory(self, labels: Labels, order: Labels) -> Labels:
        """The memory order for an array that is read along `order`: the same if it is large."""
        if self.scale is None or not labels:
            return labels
        wanted = (*only(order, labels), *without(labels, order))
        if labels[-1] == wanted[-1]:
            return labels
        return wanted if self.scale.reaches(order, machine.LARGE) else labels

    def best_order(self, product: Product, natural: Labels) -> Labels:
        """The order in which an elementwise product reads its operands: with fewest copies.

        Of two such orders it is the one whose copies suit most of the products to come.
        """
        arrays = (product.left, product.right)
        everything = {*product.output, *product.contracted}
        orders = [natural, *(value.labels for array in arrays for value in self.known(array))]
        whole = [order for order in orders if everything.issubset(order)]

        def price(order: Labels) -> tuple[int, int]:
            new = [value for value in arrays if self.lies(value, order) is None]
            return len(new), -sum(self._fitting(value, order) for value in new)

        return min(whole, key=price, default=natural)

    def _fitting(self, value: Value, order: Labels) -> int:
        """How many of the arrays that `value` is yet to be multiplied with lie along `order`."""
        others = map(self.now, self._partners[value.name])
        return sum(self.lies(other, order) is not None for other in others)
