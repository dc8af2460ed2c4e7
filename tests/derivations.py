"""The lines of a derivation, evaluated exactly and compared with the previous ones.

A formula is evaluated literally: products for every combination of indices, then sums. Nothing here
knows how a rule works. An einsum is linear in each operand, so the
central difference with step 1 is its derivative, and on whole numbers all of it is exact.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from einsum_grad.plan import (
    ELLIPSIS,
    OUTPUT,
    UNIT,
    Derived,
    Factor,
    Formula,
    Pattern,
    Rule,
    operand_names,
)
from einsum_grad.plan.derive.formula import ZERO
from tests import definition
from tests.strategies import Case, whole

Array = NDArray[Any]

MOST_INDICES = 300
"""The most combinations of indices of a random pattern."""


class MeaninglessError(Exception):
    """A label is neither summed nor on the left, or both, or sizes differ that have to agree."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """A pattern with the sizes of its labels, and whole numbers for its arrays."""

    pattern: Pattern
    sizes: Mapping[str, int]
    arrays: Mapping[str, Array]

    def evaluate(self, formula: Formula, **moved: Array) -> Array:
        """The array on the left of `formula`; an array in `moved` takes the place of its own."""
        labels = formula.labels()
        used = {x for delta in formula.deltas for x in delta}
        used |= {label for factor in formula.factors for label in factor.labels()}
        free = formula.left.labels()
        if used - set(labels) or set(free) & set(formula.sums):
            raise MeaninglessError(str(formula))
        shape = tuple(map(self.extent, labels))
        grid = dict(zip(labels, np.indices(shape, sparse=True), strict=True))
        arrays = {**self.arrays, **moved}
        total = np.ones(shape)
        for factor in formula.factors:
            entries = _entries(factor, arrays)
            if entries.shape != tuple(map(self.extent, _indices(factor))):
                raise MeaninglessError(str(factor))
            total = total * entries[_places(factor, grid)]
        for first, *others in formula.deltas:
            for other in others:
                if self.extent(first) != self.extent(other):
                    raise MeaninglessError(f"{first} and {other}")
                total = total * (grid[first] == grid[other])
        total = total.sum(axis=tuple(range(len(free), len(labels))))
        result = np.zeros(tuple(map(self.extent, _indices(formula.left))))
        at = dict(zip(free, np.indices(shape[: len(free)], sparse=True), strict=True))
        result[_places(formula.left, at)] = total
        return result

    def difference(self, formula: Formula, name: str) -> Array:
        """The derivative of `formula` by each entry of the array called `name`."""
        return differences(lambda moved: self.evaluate(formula, **{name: moved}), self.arrays[name])

    def extent(self, index: str) -> int:
        """How many values an index has."""
        return 1 if index == ZERO else self.sizes[index.rstrip("'")]


def differences(function: Callable[[Array], Array], array: Array) -> Array:
    """The central difference of `function` by each entry of `array`, whose axes come last."""
    found = []
    for place in np.ndindex(array.shape):
        one = np.zeros_like(array)
        one[place] = 1
        found.append((function(array + one) - function(array - one)) / 2)
    shape = function(array).shape
    return np.reshape(np.stack(found, -1) if found else np.zeros(0), shape + array.shape)


def _entries(factor: Factor, arrays: Mapping[str, Array]) -> Array:
    """The array that `factor` is an entry of; the derivative of an array is by its own entries."""
    array = arrays[factor.name]
    for entry in factor.by:
        if entry.name != factor.name:
            raise MeaninglessError(str(factor))
        array = differences(lambda moved: moved, array)
    return array


def _indices(factor: Factor) -> tuple[str, ...]:
    return (*factor.indices, *(index for entry in factor.by for index in entry.indices))


def _places(factor: Factor, grid: Mapping[str, Array]) -> tuple[Any, ...]:
    return tuple(0 if index == ZERO else grid[index] for index in _indices(factor))


def numbers_of(pattern: Pattern, sizes: Mapping[str, int], seed: int) -> Numbers:
    """Small whole numbers for the operands X, W, … and for the cotangent dZ."""
    names = (*operand_names(len(pattern.inputs)), f"d{OUTPUT}")
    shapes = [tuple({**sizes, UNIT: 1}[x] for x in t) for t in (*pattern.inputs, pattern.output)]
    arrays = {
        name: whole(shape, float, seed + number)
        for number, (name, shape) in enumerate(zip(names, shapes, strict=True))
    }
    return Numbers(pattern, sizes, arrays)


def case_of(numbers: Numbers) -> Case:
    """The same as a `Case`, of which tests/definition.py knows the values."""
    pattern = numbers.pattern
    *operands, _ = numbers.arrays.values()
    sizes = {**numbers.sizes, UNIT: 1}
    shapes = tuple(operand.shape for operand in operands)
    return Case((), (), pattern.inputs, pattern.output, shapes, sizes, {})


def first_wrong(numbers: Numbers, lines: tuple[Derived, ...]) -> Rule | None:
    """The rule of the first line that does not follow from the line before it."""
    value = np.zeros(())
    for line in lines:
        try:
            found = numbers.evaluate(line.formula)
        except MeaninglessError:
            return line.rule
        expected = _FOLLOWS.get(line.rule, _unchanged)(numbers, line, value)
        if not np.array_equal(found, expected):
            return line.rule
        value = found
    return None


def _defined(numbers: Numbers, line: Derived, before: Array) -> Array:
    *operands, _ = numbers.arrays.values()
    return definition.forward(case_of(numbers), operands)


def _differentiated(numbers: Numbers, line: Derived, before: Array) -> Array:
    operand = line.before.factors[line.before.place].name
    return numbers.difference(line.before, operand)


def _with_cotangent(numbers: Numbers, line: Derived, before: Array) -> Array:
    *_, cotangent = numbers.arrays.values()
    return np.tensordot(cotangent, before, cotangent.ndim)


def _unchanged(numbers: Numbers, line: Derived, before: Array) -> Array:
    return before


_FOLLOWS: dict[Rule, Callable[[Numbers, Derived, Array], Array]] = {
    Rule.ELEMENT: _defined,
    Rule.PRODUCT: _differentiated,
    Rule.CHAIN: _with_cotangent,
}


def random_patterns(count: int, seed: int) -> Iterator[Numbers]:
    """Patterns with repeated labels, units, output-only labels, diagonals, an ellipsis."""
    choose = random.Random(seed)
    for number in range(count):
        pool = choose.sample(["i", "j", "k", "b", "batch", ELLIPSIS], choose.randint(1, 4))
        inputs = tuple(_term(choose, pool) for _ in range(choose.choice((1, 2, 2, 3, 4))))
        known = sorted({label for term in inputs for label in term} - {UNIT})
        output = choose.sample(known, choose.randint(0, len(known)))
        if choose.random() < 0.4:
            output += choose.choices([*known, "new"], k=choose.choice((1, 1, 2)))
        choose.shuffle(output)
        pattern = Pattern(inputs, tuple(output))
        sizes = {
            label: choose.choice((2, 3, 2, 3, 2, 1, 0))
            for label in pattern.labels()
            if label != UNIT
        }
        while np.prod([size or 1 for size in sizes.values()]) > MOST_INDICES:
            sizes[choose.choice(list(sizes))] = 1
        yield numbers_of(pattern, sizes, seed + 10 * number)


def _term(choose: random.Random, pool: list[str]) -> tuple[str, ...]:
    labels = choose.choices(pool, k=choose.choice((0, 1, 2, 2, 3)))
    return tuple(UNIT if choose.random() < 0.1 else label for label in labels)
