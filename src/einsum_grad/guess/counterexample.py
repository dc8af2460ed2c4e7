"""The smallest operands for which two patterns differ.

Let each operand have a single 1, and zeros elsewhere. Then an entry of the output is 1 where the
pattern's labels allow these indices, and else 0: axes with the same label have to have the same
index. So a pattern says which axes go together, and two patterns differ where one binds axes that
the other does not. The smallest example has the fewest labels of size 2, the others being 1; of
those the fewest indices that are 1; of those the one whose indices, read from left to right, come
first.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from einsum_grad.plan import Labels, Pattern, Shape, distinct


@dataclass(frozen=True, slots=True)
class One:
    """An array of zeros with a 1 at an index."""

    name: str
    shape: Shape
    index: tuple[int, ...]

    def __str__(self) -> str:
        return f"{_entry_of(self.name, self.index)} = 1"


@dataclass(frozen=True, slots=True)
class Counterexample:
    """Operands with a single 1 each, and an entry of the gradient that the guess has wrong."""

    sizes: tuple[tuple[str, int], ...]
    ones: tuple[One, ...]
    name: str
    index: tuple[int, ...]
    expected: int
    got: int

    def __str__(self) -> str:
        large = [label for label, size in self.sizes if size > 1]
        others = " and other sizes 1" if len(self.sizes) > len(large) else ""
        ones = ", ".join(map(str, self.ones))
        return (
            f"with {' = '.join(large)} = 2{others}, and zeros but for {ones}: "
            f"{_entry_of(self.name, self.index)} is {self.expected}, and the guess gives {self.got}"
        )

    def to_dict(self) -> dict[str, Any]:
        """The example as plain data."""
        return {
            "sizes": dict(self.sizes),
            "operands": [
                {"name": one.name, "shape": list(one.shape), "one_at": list(one.index)}
                for one in self.ones
            ],
            "entry": list(self.index),
            "expected": self.expected,
            "got": self.got,
        }


def _entry_of(name: str, index: Sequence[int]) -> str:
    return f"{name}[{','.join(map(str, index))}]" if index else name


def smallest(
    truth: Pattern, guess: Pattern, names: Sequence[str], result: str
) -> Counterexample | None:
    """The smallest counterexample to `guess`; None if there is none.

    `names` are those of the operands, and `result` that of the output. The terms of the two have
    equal lengths. Sizes are chosen so that the guess can be run.

    >>> def read(inputs, output):
    ...     return Pattern(tuple(map(tuple, inputs)), tuple(output))
    >>> example = smallest(read(["ii"], "i"), read(["ij"], "i"), ["X"], "Z")
    >>> example.ones[0].index, example.index, example.expected, example.got
    ((0, 1), (0,), 0, 1)
    """
    true, guessed = _axes(truth), _axes(guess)
    best = min(_candidates(true, guessed), default=None)
    if best is None:
        return None
    _, _, indices, large = best
    shapes = [tuple(2 if x in large else 1 for x in term) for term in _terms(truth)]
    left = iter(indices)
    parts = [tuple(itertools.islice(left, len(shape))) for shape in shapes]
    return Counterexample(
        sizes=tuple((label, 2 if label in large else 1) for label in distinct(true)),
        ones=tuple(map(One, names, shapes, parts)),
        name=result,
        index=parts[-1],
        expected=_entry(true, indices),
        got=_entry(guessed, indices),
    )


def _terms(pattern: Pattern) -> tuple[Labels, ...]:
    return (*pattern.inputs, pattern.output)


def _axes(pattern: Pattern) -> Labels:
    """The label of each axis: of the operands, and at last of the output."""
    return tuple(label for term in _terms(pattern) for label in term)


def _entry(axes: Labels, indices: Sequence[int]) -> int:
    """1 where the axes of each label have one index, else 0."""
    return int(len(set(zip(axes, indices, strict=True))) == len(set(axes)))


_Candidate = tuple[int, int, tuple[int, ...], frozenset[str]]


def _candidates(true: Labels, guessed: Labels) -> Iterator[_Candidate]:
    """How large an example is, its indices, and the labels that have size 2.

    It is enough to look at one label of either pattern at a time, all of its axes having index 1:
    a set of axes is bound by a pattern if it is put together of the axes of some labels, and if
    one such set is not bound by the other pattern, then so is one of its parts.
    """
    for axes in (true, guessed):
        for label in distinct(axes):
            indices = tuple(int(other == label) for other in axes)
            if _entry(true, indices) != _entry(guessed, indices):
                large = _equal(true, guessed, [x for x, i in zip(true, indices, strict=True) if i])
                yield len(large), sum(indices), indices, large


def _equal(true: Labels, guessed: Labels, labels: Collection[str]) -> frozenset[str]:
    """The true labels that have the size of `labels` wherever the guess can be run."""
    found = set(labels)
    while True:
        reached = {g for t, g in zip(true, guessed, strict=True) if t in found}
        more = {t for t, g in zip(true, guessed, strict=True) if g in reached}
        if more <= found:
            return frozenset(found)
        found |= more
