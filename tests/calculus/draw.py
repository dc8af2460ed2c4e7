"""Random arrays for cases."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from einsum_grad.syntax import read_declarations
from tests.calculus.cases import SIZES, Case

Array = NDArray[Any]
Shape = tuple[int, ...]


def draw(case: Case, sizes: dict[str, int] | None = None) -> dict[str, Array]:
    """The arrays of a case: always the same ones."""
    random = np.random.default_rng(zlib.crc32(repr(case).encode()))
    known = {"1": 1, **(sizes or SIZES)}
    found = {}
    for each in read_declarations(case.given):
        shape = tuple(known[axis] for axis in each.axes)
        made = _DRAWN[case.drawn.get(each.name, each.structure)](random, shape)
        found[each.name] = _structured(made, each.structure)
    return found


def _structured(array: Array, structure: str) -> Array:
    if structure == "symmetric":
        return (array + array.T) / 2
    return np.diag(np.diag(array)) if structure == "diagonal" else array


def _definite(random: np.random.Generator, shape: Shape) -> Array:
    root = random.standard_normal(shape)
    return np.asarray(root @ np.swapaxes(root, -1, -2) + shape[-1] * np.eye(shape[-1]))


def _onehot(random: np.random.Generator, shape: Shape) -> Array:
    return np.eye(shape[1])[random.integers(shape[1], size=shape[0])]


def _normal(random: np.random.Generator, shape: Shape) -> Array:
    return np.asarray(random.standard_normal(shape))


def _few(random: np.random.Generator, shape: Shape) -> Array:
    return random.integers(-1, 2, shape).astype(float)


_DRAWN: dict[str, Callable[[np.random.Generator, Shape], Array]] = {
    "": _normal,
    "symmetric": _normal,
    "diagonal": _normal,
    "positive": lambda random, shape: np.asarray(random.uniform(0.5, 2, shape)),
    "signs": lambda random, shape: random.choice([-1.0, 1.0], shape),
    "definite": _definite,
    "onehot": _onehot,
    "zeros": _few,
    "ties": _few,
}
