"""Gradients against central differences, which are exact: an einsum is linear in each operand."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from einsum_grad.errors import ArgumentError
from einsum_grad.plan import Shape

Array = NDArray[np.float64]

MOST_ENTRIES = 64
"""A gradient with more entries is checked along random directions instead of each entry."""

_ITEMSIZE = 8
_FEWEST_DIRECTIONS = 4
_MANY_ENTRIES = 4096

_EXACT = 2.0**53
_ROUNDING = 2.0**-40
_FEW_OPERANDS = 8


class Differentiable(Protocol):
    """What is checked: a function of operands, and its backward for those in `wrt`."""

    @property
    def wrt(self) -> tuple[int, ...]:
        """The positions of the operands whose gradients `backward` returns."""

    def __call__(self, *operands: Any) -> Any:
        """Return the output."""

    def backward(self, cotangent: Any, *operands: Any) -> tuple[Any, ...]:
        """Return the gradients."""


@dataclass(frozen=True, slots=True)
class Point:
    """Where a function is checked, and its gradients there."""

    function: Differentiable
    operands: tuple[Array, ...]
    cotangent: Array
    gradients: tuple[Array, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a gradient agrees with the differences, and its largest deviations.

    `whole` is the largest deviation on whole numbers, `fractions` that on fractions, both relative
    to the largest entry of the gradient if that is above 1.
    """

    is_right: bool
    whole: float
    fractions: float
    looked_at: str

    def __str__(self) -> str:
        return (
            f"largest deviation {self.whole:.2g} on whole numbers, {self.fractions:.2g} on "
            f"fractions, {self.looked_at}"
        )


@dataclass(frozen=True, slots=True)
class WrongShape:
    """The verdict on a gradient whose shape is not its operand's."""

    shape: Shape
    wanted: Shape
    is_right: bool = False

    def __str__(self) -> str:
        return f"it has shape {self.shape}, but the operand has {self.wanted}"


@np.errstate(all="ignore")  # the verdict reports overflows and nans
def points(
    function: Differentiable, shapes: Sequence[Shape], trials: int, seed: int
) -> list[Point]:
    """Random operands of these shapes: whole numbers and fractions for each trial."""
    random = np.random.default_rng(seed)
    return [
        _point(function, shapes, random, whole) for _ in range(trials) for whole in (True, False)
    ]


def _point(
    function: Differentiable, shapes: Sequence[Shape], random: np.random.Generator, whole: bool
) -> Point:
    largest = 4 if len(shapes) <= _FEW_OPERANDS else 1

    def draw(shape: Shape) -> Array:
        if math.prod(shape) > sys.maxsize // _ITEMSIZE:
            # NumPy would raise a ValueError; it is more than any memory.
            raise MemoryError
        if whole:
            return random.integers(-largest, largest, shape, endpoint=True).astype(float)
        return random.uniform(-1, 1, shape)

    operands = tuple(map(draw, shapes))
    cotangent = draw(np.shape(function(*operands)))
    gradients = function.backward(cotangent, *operands)
    return Point(function, operands, cotangent, gradients, whole)


def steps(shape: Shape, seed: int) -> Iterator[Array]:
    """The steps from an operand: along each entry, or in random directions."""
    count = math.prod(shape)
    if count <= MOST_ENTRIES:
        return iter(np.eye(count).reshape(count, *shape))
    random = np.random.default_rng(seed)
    return (random.choice((-1.0, 1.0), shape) for _ in range(directions(count)))


def directions(entries: int) -> int:
    """The number of random directions: fewer for large operands.

    >>> directions(100), directions(10**4), directions(10**6)
    (64, 26, 4)
    """
    return max(_FEWEST_DIRECTIONS, MOST_ENTRIES * _MANY_ENTRIES // max(entries, _MANY_ENTRIES))


@np.errstate(all="ignore")
def verdict(found: Sequence[Point], position: int, shape: Shape, seed: int) -> Verdict | WrongShape:
    """Compare the gradients at `position`, whose operand has `shape`, with the differences."""
    off = {True: [0.0], False: [0.0]}
    right = True
    for point in found:
        gradient = point.gradients[position]
        if gradient.shape != shape:
            return WrongShape(gradient.shape, shape)
        largest = float(np.max(np.abs(gradient), initial=1.0))
        for step in steps(shape, seed):
            deviation, allowed = _deviation(point, position, step)
            off[point.whole].append(deviation / largest)
            right = right and deviation <= allowed  # False for nan
    whole, fractions = (float(np.max(off[kind])) for kind in (True, False))
    return Verdict(right, whole, fractions, _looked_at(math.prod(shape)))


def _looked_at(entries: int) -> str:
    if entries > MOST_ENTRIES:
        return f"{directions(entries)} directions among {entries} entries"
    return f"{entries} {'entry' if entries == 1 else 'entries'}"


def _deviation(point: Point, position: int, step: Array) -> tuple[float, float]:
    """The deviation of the gradient from the difference along `step`, and the allowed one."""
    operand, gradient = point.function.wrt[position], point.gradients[position]
    ahead, behind = (_loss(point, operand, point.operands[operand] + v) for v in (step, -step))
    off = abs(float(np.sum(gradient * step)) - (ahead - behind) / 2)
    return off, _allowed(point, operand, step)


def _loss(point: Point, operand: int, moved: Array) -> float:
    before, after = point.operands[:operand], point.operands[operand + 1 :]
    return float(np.sum(point.cotangent * point.function(*before, moved, *after)))


def _allowed(point: Point, operand: int, step: Array) -> float:
    """0 if no sum can be rounded, else a bound on the rounding of the largest sum."""
    sizes = [np.abs(array) for array in point.operands]
    sizes[operand] = sizes[operand] + np.abs(step)
    bound = float(np.sum(np.abs(point.cotangent) * point.function(*sizes)))
    if not math.isfinite(bound):
        raise ArgumentError("the numbers of the check overflow; give smaller sizes")
    return 0.0 if point.whole and bound < _EXACT else bound * _ROUNDING
