"""The smallest operands for which two patterns differ.

Let each operand have a single 1 and zeros elsewhere. Then an entry of the output is 1 if axes with
the same label have the same index, and else 0. So a pattern says which axes are bound together,
and two patterns differ if one binds axes that the other does not. The smallest example has the
fewest labels of size 2 (the others have size 1), then the fewest indices that are 1, then the
lexicographically first indices.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from einsum_grad.plan import Labels, Pattern, Shape, distinct


@dataclass(frozen=True, slots=True)
class One:
    """An array of zeros with a 1 at one index."""

    name: str
    shape: Shape
    index: tuple[int, ...]

    def __str__(self) -> str:
        return f"{_entry_of(self.name, self.index)} = 1"


@dataclass(frozen=True, slots=True)
class Counterexample:
    """Operands with a single 1 each, and an entry of the gradient that the guess gets wrong."""

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
            f"{_entry_of(self.name, self.index)} is {self.expected}, but the guess gives {self.got}"
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

    `names` are the names of the operands, `result` is that of the output. The terms of both must
    have equal lengths. Sizes are chosen such that the guess can run.

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
    """The label of each axis, the operands' axes first, then the output's."""
    return tuple(label for term in _terms(pattern) for label in term)


def _entry(axes: Labels, indices: Sequence[int]) -> int:
    """1 if the axes of each label have the same index, else 0."""
    return int(len(set(zip(axes, indices, strict=True))) == len(set(axes)))


_Candidate = tuple[int, int, tuple[int, ...], frozenset[str]]


def _candidates(true: Labels, guessed: Labels) -> Iterator[_Candidate]:
    """The size of each example, its indices, and the labels of size 2.

    It suffices to set the axes of one label of either pattern to index 1: a pattern allows a set
    of axes at index 1 if it is a union of its labels' axes, and if the other pattern rejects the
    union, it rejects the axes of one of these labels.
    """
    for axes in (true, guessed):
        for label in distinct(axes):
            indices = tuple(int(other == label) for other in axes)
            if _entry(true, indices) != _entry(guessed, indices):
                large = _equal(true, guessed, [x for x, i in zip(true, indices, strict=True) if i])
                yield len(large), sum(indices), indices, large


def _equal(true: Labels, guessed: Labels, labels: Collection[str]) -> frozenset[str]:
    """The true labels that must have the size of `labels` for the guess to run."""
    found = set(labels)
    while True:
        reached = {g for t, g in zip(true, guessed, strict=True) if t in found}
        more = {t for t, g in zip(true, guessed, strict=True) if g in reached}
        if more <= found:
            return frozenset(found)
        found |= more
