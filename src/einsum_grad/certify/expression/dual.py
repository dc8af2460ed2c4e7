"""Nodes of a graph on dual numbers modulo a prime, each by its definition."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from einsum_grad.calculus.graph.graph import (
    Along,
    Apply,
    Einsum,
    Graph,
    Kind,
    Leaf,
    OfMatrix,
    Sum,
    dim_of,
    is_unit,
    reached,
)
from einsum_grad.certify.expression.field import (
    PRIME,
    UnknownFunctionError,
    applied,
    exponential,
    inverse,
    power,
    random,
    rank,
    residue,
)
from einsum_grad.plan import Pattern, contraction_path, pairwise

Array = NDArray[Any]
Pair = tuple[Array, Array]
"""Residues, and their derivatives."""

SIZE = 2
"""The size of every dimension."""


@dataclass(frozen=True, slots=True)
class Point:
    """Where a graph is evaluated: arrays, how they move, and the seed of random functions."""

    seed: int
    arrays: Mapping[str, Array]
    moves: Mapping[str, Array]


def shape_of(dims: Sequence[str]) -> tuple[int, ...]:
    """The shape of an array of these dimensions."""
    return tuple(1 if is_unit(dim) else SIZE for dim in dims)


def drawn(shape: Sequence[int], *key: object, ties: bool = False) -> Array:
    """An array of random residues; with `ties` they are 0, 1 and -1."""
    made = np.empty(tuple(shape), object)
    for place in np.ndindex(made.shape):
        found = random(*key, place)
        made[place] = (found % 3 - 1) % PRIME if ties else found
    return made


def duals(graph: Graph, roots: Sequence[int], point: Point) -> dict[int, Pair]:
    """The residues of nodes, and their derivatives along the moves."""
    found: dict[int, Pair] = {}
    for number in reached(graph, *roots):
        node = graph[number]
        value, slope = _DUALS[type(node)](node, [found[arg] for arg in node.args], point)
        found[number] = _reduced(value), _reduced(slope)
    return found


def _reduced(value: Any) -> Array:
    """The residues of numbers; NumPy makes a number of an array without axes."""
    return np.asarray(np.asarray(value, object) % PRIME, object)


def contracted(pattern: Pattern, arrays: Sequence[Array]) -> Array:
    """A generalised pattern of residues; of more than two arrays two at a time."""
    if len(arrays) < 3:
        return _by_definition(pattern, arrays)
    values = list(arrays)
    for step in pairwise(pattern, contraction_path(pattern, {})).nodes:
        values.append(_by_definition(step.pattern, [values[arg] for arg in step.args]))
    return values[-1]


def _by_definition(pattern: Pattern, arrays: Sequence[Array]) -> Array:
    labels = pattern.labels()
    made = np.zeros(shape_of(tuple(map(dim_of, pattern.output))), object)
    for index in itertools.product(*map(range, shape_of(tuple(map(dim_of, labels))))):
        at, product = dict(zip(labels, index, strict=True)), 1
        for term, array in zip(pattern.inputs, arrays, strict=True):
            product = product * array[tuple(at[label] for label in term)] % PRIME
        place = tuple(at[label] for label in pattern.output)
        made[place] = (made[place] + product) % PRIME
    return made


def _leaf(node: Leaf, args: Sequence[Pair], point: Point) -> Pair:
    zeros = np.zeros(shape_of(node.dims), object)
    if node.kind is Kind.PI:
        return np.asarray(random(point.seed, "pi"), object), zeros
    if node.kind is Kind.SIZE:
        return np.asarray(SIZE, object), zeros
    value, slope = point.arrays[node.name], point.moves.get(node.name, zeros)
    if node.structure == "symmetric":
        half = pow(2, -1, PRIME)
        return (value + value.T) * half, (slope + slope.T) * half
    return value, slope


def _einsum(node: Einsum, args: Sequence[Pair], point: Point) -> Pair:
    values = [value for value, _ in args]
    slope = np.zeros(shape_of(node.dims), object)
    for at, (_, moving) in enumerate(args):
        if moving.any():
            slope = slope + contracted(node.pattern, [*values[:at], moving, *values[at + 1 :]])
    return contracted(node.pattern, values), slope


def _sum(node: Sum, args: Sequence[Pair], point: Point) -> Pair:
    value = slope = np.zeros(shape_of(node.dims), object)
    for coefficient, (one, moving) in zip(node.coefficients, args, strict=True):
        value, slope = value + residue(coefficient) * one, slope + residue(coefficient) * moving
    return value, slope


def _apply(node: Apply, args: Sequence[Pair], point: Point) -> Pair:
    value, slope = np.zeros(shape_of(node.dims), object), np.zeros(shape_of(node.dims), object)
    for place in np.ndindex(value.shape):
        entries = [(int(one[place]), int(moving[place])) for one, moving in args]
        value[place], slope[place] = _entry(node, entries, point.seed)
    return value, slope


def _entry(node: Apply, args: Sequence[tuple[int, int]], seed: int) -> tuple[int, int]:
    (u, du), *others = args
    if node.function == "power":
        return power(u, node.exponent), residue(node.exponent) * power(u, node.exponent - 1) * du
    if node.function == "where":
        return others[0] if u else others[1]
    if not others:
        value, slope = applied(seed, node.function, u)
        return value, slope * du
    ((v, dv),) = others
    if node.function in _COMPARED:
        return int(_COMPARED[node.function](rank(seed, u), rank(seed, v))), 0
    if node.function == "pow":
        return _pow(seed, (u, du), (v, dv))
    if node.function not in ("maximum", "minimum"):
        raise UnknownFunctionError(node.function)
    if u == v:
        return u, (du + dv) * _HALF
    first = (rank(seed, u) > rank(seed, v)) == (node.function == "maximum")
    return (u, du) if first else (v, dv)


_HALF = pow(2, -1, PRIME)


def _pow(seed: int, base: tuple[int, int], exponent: tuple[int, int]) -> tuple[int, int]:
    """A residue to the power of another, as whole numbers: u**v is u * u**(v - 1)."""
    (u, du), (v, dv) = base, exponent
    value = pow(u, v, PRIME)
    return value, v * value * inverse(u) * du + value * random(seed, "log", u) * dv


def _along(node: Along, args: Sequence[Pair], point: Point) -> Pair:
    ((given, moving),) = args
    rest = [axis for axis in range(given.ndim) if axis not in node.axes]
    order = (*rest, *node.axes)
    value, slope = np.zeros(shape_of(node.dims), object), np.zeros(shape_of(node.dims), object)
    ordered, moved = given.transpose(order), moving.transpose(order)
    for place in np.ndindex(value.shape):
        entries = [int(x) for x in ordered[place].flat]
        slopes = [int(x) for x in moved[place].flat]
        if node.function == "logsumexp":
            value[place] = found = random(point.seed, "logsumexp", sorted(entries))
            parts = (exponential(point.seed, (x - found) % PRIME) for x in entries)
            slope[place] = sum(part * dx for part, dx in zip(parts, slopes, strict=True))
        else:
            pick = max if node.function == "max" else min
            value[place] = found = pick(entries, key=lambda entry: rank(point.seed, entry))
            tied = [dx for x, dx in zip(entries, slopes, strict=True) if x == found]
            slope[place] = sum(tied) * inverse(len(tied))
    return value, slope


def _of_matrix(node: OfMatrix, args: Sequence[Pair], point: Point) -> Pair:
    ((given, moving),) = args
    value, slope = np.zeros(shape_of(node.dims), object), np.zeros(shape_of(node.dims), object)
    for place in np.ndindex(given.shape[:-2]):
        inverse_of, determinant = inverted(given[place])
        trace = int((inverse_of @ moving[place]).trace())
        if node.function == "inv":
            value[place] = inverse_of
            slope[place] = -(inverse_of @ moving[place] % PRIME @ inverse_of)
        elif node.function == "det":
            value[place], slope[place] = determinant, determinant * trace
        else:
            value[place], slope[place] = random(point.seed, "logdet", determinant), trace
    return value, slope


def inverted(matrix: Array) -> tuple[Array, int]:
    """The inverse and the determinant of a matrix, by elimination."""
    count = len(matrix)
    work = np.concatenate([matrix, np.eye(count, dtype=int).astype(object)], axis=1) % PRIME
    determinant = 1
    for column in range(count):
        pivot = next((row for row in range(column, count) if work[row, column]), column)
        if pivot != column:
            work[[column, pivot]] = work[[pivot, column]]
            determinant = -determinant
        determinant = determinant * work[column, column] % PRIME
        work[column] = work[column] * inverse(int(work[column, column])) % PRIME
        for row in range(count):
            if row != column:
                work[row] = (work[row] - work[row, column] * work[column]) % PRIME
    return work[:, count:], determinant


_COMPARED: Mapping[str, Callable[[int, int], bool]] = {
    "less": operator.lt,
    "greater": operator.gt,
    "less_equal": operator.le,
    "greater_equal": operator.ge,
    "equal": operator.eq,
    "not_equal": operator.ne,
}

_DUALS: Mapping[type, Callable[..., Pair]] = {
    Leaf: _leaf,
    Einsum: _einsum,
    Sum: _sum,
    Apply: _apply,
    Along: _along,
    OfMatrix: _of_matrix,
}
