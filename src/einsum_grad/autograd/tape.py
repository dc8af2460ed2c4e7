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
"""Turns a saved array into what the rules work on; given its position and the array."""

Pull: TypeAlias = Callable[[Any, Lift], Sequence[Any]]
"""From a cotangent to one for each wanted operand; what it needs for that is kept in it."""

_numbers = itertools.count(1)


class Traced:
    """What a Tensor is made of: an array, and where in the graph it stands.

    `_lent` says that others may have borrowed the array, as `ownership` describes. There is no
    `_data`, which numpy.ma would read without asking `__array__`.
    """

    __slots__ = ("_array", "_lent", "_node")

    _array: Array
    _node: Node | Leaf | None
    _lent: bool


class Sum:
    """What was added up so far, and the sums that followed: the first of them is the next one."""

    __slots__ = ("followers", "value")

    def __init__(self, value: Any) -> None:
        self.value = value
        self.followers: list[Sum] = []


class Leaf:
    """A variable: the place where its gradient arrives, from several threads too.

    Its sums are a chain, of which the last counts. To append to a list is atomic, so of two that
    follow the same sum one is the first, and the other is added again. There is no lock that a
    signal handler, a finalizer or a child process could find taken.
    """

    __slots__ = ("_sum", "dtype", "number", "shape")

    def __init__(self, array: Array) -> None:
        self.number = next(_numbers)
        self.shape: Shape = array.shape
        self.dtype: DType = array.dtype
        self._sum = Sum(None)

    @property
    def grad(self) -> Any:
        """The gradient that was added up so far, or None."""
        return self._last().value

    @grad.setter
    def grad(self, value: Any) -> None:
        while not self._follow(self._last(), value):
            pass

    def add(self, part: Any) -> None:
        """Add an array or a Tensor to the gradient, which becomes another: it may be held."""
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
        """Let `value` follow `last`, unless another did already."""
        following = Sum(value)
        last.followers.append(following)
        first = self._sum = last.followers[0]
        return first is following


class Node:
    """A recorded operation; its number is higher than those of everything it was made of."""

    __slots__ = ("dtype", "name", "number", "parents", "pull", "shape", "wanted")

    def __init__(
        self,
        name: str,
        result: Array,
        wanted: Sequence[int],
        parents: Sequence[Node | Leaf],
        pull: Pull,
    ) -> None:
        self.number = next(_numbers)
        self.shape: Shape = result.shape
        self.dtype: DType = result.dtype
        self.name = name
        self.wanted = wanted
        self.parents = parents
        self.pull: Pull | None = pull

    def free(self) -> None:
        """Let go of what the operation kept, and of the graph behind it."""
        # In this order: another thread that still finds a pull has found the parents before.
        self.pull = None
        self.parents = ()


def wanted_positions(operands: Sequence[Any]) -> tuple[int, ...]:
    """The positions of the operands that a gradient is wanted for.

    >>> wanted_positions([1.0, np.ones(3)])
    ()
    """
    return tuple(
        position
        for position, operand in enumerate(operands)
        if isinstance(operand, Traced) and operand._node is not None
    )
