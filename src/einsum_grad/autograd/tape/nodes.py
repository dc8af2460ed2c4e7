"""The recorded graph: a node for each operation, a leaf for each variable."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
DType: TypeAlias = np.dtype[Any]
Shape: TypeAlias = tuple[int, ...]

OUTPUT = -1
"""The position of an operation's result, where its operands have 0, 1, …"""

Lift: TypeAlias = Callable[[int, Any], Any]
"""From the position of a saved array, and the array, to what the rules work on."""

Pull: TypeAlias = Callable[[Any, Lift | None], Sequence[Any]]
"""From a cotangent to one for each wanted operand; it holds the residuals that it needs.

Without a `Lift` the rules work on arrays.
"""

_numbers = itertools.count(1)


class Traced:
    """What a Tensor is made of: an array, and its place in the graph.

    `_lent` means that others may have borrowed the array; see `ownership`. The array isn't called
    `_data`, which numpy.ma would read without going through `__array__`.
    """

    __slots__ = ("_array", "_lent", "_node")

    _array: Array
    _node: Node | Leaf | None
    _lent: bool


class Sum:
    """A running total, and the sums that followed it: the first of them is the next link."""

    __slots__ = ("followers", "value")

    def __init__(self, value: Any) -> None:
        self.value = value
        self.followers: list[Sum] = []


class Leaf:
    """A variable: where its gradient accumulates, possibly from several threads.

    Its sums form a chain whose last link counts. Appending to a list is atomic, so of two threads
    that extend the same link one comes first, and the other tries again. There is no lock that a
    signal handler, a finalizer or a child process could find held.
    """

    __slots__ = ("_sum", "dtype", "number", "oldest", "shape")

    def __init__(self, array: Array) -> None:
        self.number = self.oldest = next(_numbers)
        self.shape: Shape = array.shape
        self.dtype: DType = array.dtype
        self._sum = Sum(None)

    @property
    def grad(self) -> Any:
        """The gradient accumulated so far, or None."""
        return self._last().value

    @grad.setter
    def grad(self, value: Any) -> None:
        while not self._follow(self._last(), value):
            pass

    def add(self, part: Any) -> None:
        """Add an array or a Tensor to the gradient, out of place: the old one may be held."""
        while True:
            last = self._last()
            total = part if last.value is None else last.value + part
            if self._follow(last, total if isinstance(total, Traced) else np.asarray(total)):
                return

    def _last(self) -> Sum:
        last = self._sum
        while last.followers:
            last = last.followers[0]
        self._sum = last
        return last

    def _follow(self, last: Sum, value: Any) -> bool:
        """Append `value` after `last`; whether it came first."""
        following = Sum(value)
        last.followers.append(following)
        first = self._sum = last.followers[0]
        return first is following


class Argument(Leaf):
    """A variable that a transform made for one call, as the function's argument."""

    __slots__ = ()


class Node:
    """A recorded operation; its number is higher than that of anything it depends on.

    `oldest` is the lowest among those.
    """

    __slots__ = ("dtype", "name", "number", "oldest", "parents", "pull", "shape", "wanted")

    def __init__(
        self,
        name: str,
        result: Array,
        wanted: Sequence[int],
        parents: Sequence[Node | Leaf],
        pull: Pull,
    ) -> None:
        self.number = next(_numbers)
        self.oldest: int = self.number
        for parent in parents:
            if parent.oldest < self.oldest:
                self.oldest = parent.oldest
        self.shape: Shape = result.shape
        self.dtype: DType = result.dtype
        self.name = name
        self.wanted = wanted
        self.parents = parents
        self.pull: Pull | None = pull

    def free(self) -> None:
        """Drop the residuals and the graph behind this operation."""
        # In this order: readers take the parents first, so one that finds a pull has its parents.
        self.pull = None
        self.parents = ()


class Parts(dict[int, Any]):
    """The cotangent of several results together: one for each result that was used."""

    def __add__(self, other: Parts) -> Parts:
        both = {n: self[n] + other[n] for n in self.keys() & other.keys()}
        return Parts({**self, **other, **both})


def wanted_positions(operands: Sequence[Any]) -> tuple[int, ...]:
    """The positions of the operands that require a gradient.

    >>> wanted_positions([1.0, np.ones(3)])
    ()
    """
    return tuple(
        [n for n, x in enumerate(operands) if isinstance(x, Traced) and x._node is not None]
    )
