"""The swap rule written by hand, as one would without a library: a np.einsum an operand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.case import Array, Problem
from benchmarks.peers import Prepared, UnsupportedError


def describe() -> str:
    """Return the version."""
    return f"np.einsum(optimize=True) of NumPy {np.__version__}"


def prepare(problem: Problem) -> Prepared:
    """Write down the pattern of each gradient; refuse a pattern that the rule is too simple for."""
    pattern, operands, cotangent = problem.pattern, problem.operands, problem.cotangent
    _check(problem)
    swaps = [_swap(problem, place) for place in range(len(operands))]

    def run() -> tuple[Any, ...]:
        output = np.einsum(pattern, *operands, optimize=True)
        return output, *[swap(cotangent) for swap in swaps]

    return Prepared(run, lambda result: [np.asarray(array) for array in result])


def _check(problem: Problem) -> None:
    explicit = problem.case.explicit
    if "..." in problem.pattern:
        raise UnsupportedError("the simple rule knows no ellipsis")
    if any(len(set(term)) < len(term) for term in explicit.inputs):
        raise UnsupportedError("the simple rule knows no label twice in an operand")
    for term, shape in zip(explicit.inputs, explicit.shapes, strict=True):
        if any(explicit.sizes[label] != n for label, n in zip(term, shape, strict=True)):
            raise UnsupportedError("the simple rule knows no size 1 that broadcasts")


def _swap(problem: Problem, place: int) -> Callable[[Array], Array]:
    """The cotangent in the operand's place; repeated along what no other array has."""
    explicit, operands = problem.case.explicit, problem.operands
    term, shape = explicit.inputs[place], explicit.shapes[place]
    others = [*explicit.inputs[:place], *explicit.inputs[place + 1 :]]
    arrays = (*operands[:place], *operands[place + 1 :])
    known = set().union(explicit.output, *others)
    reduced = "".join(label for label in term if label in known)
    pattern = f"{','.join([explicit.output, *others])}->{reduced}"
    missing = tuple(axis for axis, label in enumerate(term) if label not in known)

    def gradient(cotangent: Array) -> Array:
        contracted = np.einsum(pattern, cotangent, *arrays, optimize=True)
        if not missing:
            return np.asarray(contracted)
        return np.broadcast_to(np.expand_dims(contracted, missing), shape)

    return gradient
