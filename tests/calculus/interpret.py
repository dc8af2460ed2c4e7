"""The plainest meaning of every node: the oracle of what is written for it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
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
    reached,
)
from einsum_grad.linear import LinearMap
from einsum_grad.linear.run import run
from einsum_grad.plan import LinearTerm, Pattern

Array = NDArray[Any]


def values(
    graph: Graph, roots: Sequence[int], arrays: Mapping[str, Array], sizes: Mapping[str, int]
) -> dict[int, Array]:
    """The arrays of `roots` and of all that they are made of; marks have names as arrays do."""
    known, found = {**sizes, "1": 1}, dict[int, Array]()
    for number in reached(graph, *roots):
        node = graph[number]
        args = [found[arg] for arg in node.args]
        found[number] = np.asarray(_value(node, args, arrays, known))
        assert found[number].shape == tuple(known[dim] for dim in node.dims)
    return found


def linear_map(
    graph: Graph,
    terms: Sequence[LinearTerm],
    found: Mapping[int, Array],
    rows: tuple[int, ...],
    columns: tuple[int, ...],
) -> LinearMap:
    """The map of terms whose factors have the values `found`."""
    stack, made = list[Array](), list[LinearTerm]()
    for term in terms:
        factors = [(len(stack) + at, labels) for at, (_, labels) in enumerate(term.factors)]
        stack += [found[number] for number, _ in term.factors]
        factors.append((len(stack), ()))
        stack.append(np.asarray(float(term.coefficient)))
        made.append(LinearTerm(tuple(factors), term.rows, term.columns))
    return LinearMap(tuple(made), tuple(stack), rows, columns, np.dtype(float))


def _value(
    node: Any, args: Sequence[Array], arrays: Mapping[str, Array], sizes: Mapping[str, int]
) -> Any:
    match node:
        case Leaf():
            return _leaf(node, arrays, sizes)
        case Einsum():
            own = {label: sizes[dim_of(label)] for label in node.pattern.labels()}
            one = Pattern(((),), node.pattern.output)
            return run(node.pattern, args, own) if args else run(one, [np.ones(())], own)
        case Sum():
            start = np.zeros([sizes[dim] for dim in node.dims])
            pairs = zip(node.coefficients, args, strict=True)
            return sum((float(coefficient) * arg for coefficient, arg in pairs), start)
        case Apply(function="power"):
            return args[0] ** float(node.exponent)
        case Along():
            return _ALONG[node.function](args[0], node.axes)
        case Apply() | OfMatrix():
            return _FUNCTIONS[node.function](*args)
    raise TypeError(node)


def _leaf(node: Leaf, arrays: Mapping[str, Array], sizes: Mapping[str, int]) -> Any:
    if node.kind is Kind.PI:
        return math.pi
    if node.kind is Kind.SIZE:
        return float(sizes[node.name])
    array = arrays[node.name]
    return (array + array.T) / 2 if node.structure == "symmetric" else array


def _logsumexp(array: Array, axes: tuple[int, ...]) -> Any:
    peak = array.max(axis=axes, keepdims=True)
    total = np.exp(array - peak).sum(axis=axes)
    return np.log(total) + peak.reshape(total.shape)


_ALONG: dict[str, Callable[[Array, tuple[int, ...]], Any]] = {
    "logsumexp": _logsumexp,
    "max": lambda array, axes: array.max(axis=axes),
    "min": lambda array, axes: array.min(axis=axes),
}

_FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: getattr(np, name) for name in ("exp", "log", "log1p", "expm1", "sin", "cos", "tanh")},
    **{name: getattr(np, name) for name in ("abs", "sign", "maximum", "minimum", "where")},
    **{name: getattr(np, name) for name in ("less", "greater", "less_equal", "greater_equal")},
    **{name: getattr(np, name) for name in ("equal", "not_equal")},
    "pow": np.power,
    "sigmoid": lambda x: np.exp(-np.logaddexp(0, -x)),
    "softplus": lambda x: np.logaddexp(0, x),
    "relu": lambda x: np.maximum(x, 0),
    "inv": np.linalg.inv,
    "det": np.linalg.det,
    "logdet": lambda x: np.linalg.slogdet(x)[1],
}
