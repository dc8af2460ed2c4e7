"""A sentence and its declarations to a `Derivation`: value, gradients and Hessians as nodes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from einsum_grad.calculus.derivatives.hessian import by_cotangent, hessian
from einsum_grad.calculus.derivatives.jacobian import jacobian, jacobians
from einsum_grad.calculus.derivatives.reverse import cotangents
from einsum_grad.calculus.derivatives.tangent import tangents
from einsum_grad.calculus.derivatives.terms import (
    Terms,
    applied,
    dense,
    identity,
    symmetric_part,
    transposed,
)
from einsum_grad.calculus.graph.graph import Dims, Graph, Kind, Leaf, dependent, reached
from einsum_grad.calculus.graph.sums import einsum, number, total, zero
from einsum_grad.calculus.language.elaborate import elaborate
from einsum_grad.calculus.stable import stable
from einsum_grad.errors import ArgumentError, ArgumentTypeError
from einsum_grad.plan import UNIT, read_sizes
from einsum_grad.syntax import Declaration, read_declarations


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """What the passes made on the way: who wants to see each step reads it here.

    `elaborated` is the sentence before its stable forms, `cotangents` and `jacobians` are by node,
    the latter for each variable.
    """

    elaborated: int
    cotangents: Mapping[int, int]
    jacobians: tuple[Mapping[int, Terms], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Derivation:
    """An expression, its gradient by each variable, and its Hessians, as nodes of one graph.

    A gradient has the axes of the value and then those of its variable. `hessians` has terms for
    each pair of variables: their rows are the axes of the value and of the first variable, their
    columns those of the second. `products` are the Hessian times the `tangents`, for each variable.
    """

    text: str
    declarations: tuple[Declaration, ...]
    wrt: tuple[str, ...]
    graph: Graph
    value: int
    gradients: tuple[int, ...]
    hessians: tuple[tuple[Terms, ...], ...]
    tangents: tuple[int, ...]
    products: tuple[int, ...]
    trace: Trace

    @property
    def dims(self) -> Dims:
        """The axes of the value."""
        return self.graph.dims(self.value)

    def axes(self, name: str) -> Dims:
        """The axes of an array."""
        return next(each.axes for each in self.declarations if each.name == name)

    def sizes(self, given: Mapping[str, int] | None) -> dict[str, int]:
        """The sizes of axes; raises `ArgumentError` for an axis that no array has."""
        known = dict.fromkeys(axis for each in self.declarations for axis in each.axes)
        found = dict(read_sizes(given) or ())
        for axis in found:
            if axis not in known or axis == UNIT:
                shown = (
                    ", ".join(each for each in known if each != UNIT) or "of which none is there"
                )
                raise ArgumentError(f"sizes are those of axes, {shown}, and not of {axis!r:.80}")
        return found


def derivation(text: str, given: str | Mapping[str, Any], wrt: str | Iterable[str]) -> Derivation:
    """Derive the gradients and the Hessians of a sentence by the arrays `wrt`.

    `given` declares the arrays. Raises `ExpressionError`, which points at the mistake,
    `ArgumentError` for a variable that is not declared and `ArgumentTypeError` for other arguments.

    >>> found = derivation("x @ A @ x", "x: n, A: n n", "x")
    >>> len(found.hessians[0][0])
    2
    """
    declared = read_declarations(given)
    names = _variables(declared, wrt)
    graph = Graph()
    sentence = sentence_node(graph, text, declared)
    variables = {each.name: _leaf(graph, each) for each in declared}
    return _derived(graph, text, declared, {name: variables[name] for name in names}, sentence)


def sentence_node(
    graph: Graph,
    text: str,
    declared: Sequence[Declaration],
    others: Mapping[str, int] = MappingProxyType({}),
) -> int:
    """The node of a sentence over declared arrays, in which `others` are names of nodes too."""
    used = {each.name: _used(graph, _leaf(graph, each)) for each in declared}
    dims = frozenset(axis for each in declared for axis in each.axes if axis != UNIT)
    return elaborate(graph, text, {**others, **used}, dims)


def _variables(declared: Sequence[Declaration], wrt: object) -> tuple[str, ...]:
    names = (wrt,) if isinstance(wrt, str) else wrt
    if not isinstance(names, Iterable):
        raise ArgumentTypeError(f"wrt is a name or several, and not of type {type(wrt).__name__}")
    found = tuple(names)
    known = [each.name for each in declared]
    for name in found:
        if name not in known:
            shown = ", ".join(known) or "of which none is declared"
            raise ArgumentError(f"wrt names arrays, {shown}, and not {name!r:.80}")
    if not found or len(set(found)) < len(found):
        raise ArgumentError("wrt names one array or several different ones")
    return found


def _leaf(graph: Graph, declared: Declaration) -> int:
    return graph.add(Leaf(Kind.ARRAY, declared.name, declared.axes, declared.structure))


def _used(graph: Graph, leaf: int) -> int:
    """The array as a sentence uses it: of a diagonal one nothing but the diagonal."""
    node = graph[leaf]
    assert isinstance(node, Leaf)
    if node.structure != "diagonal":
        return leaf
    labels = graph.fresh(node.dims[:1]) * 2
    return einsum(graph, [(leaf, labels)], labels)


def _derived(
    graph: Graph,
    text: str,
    declared: tuple[Declaration, ...],
    variables: Mapping[str, int],
    sentence: int,
) -> Derivation:
    names, leaves = tuple(variables), list(variables.values())
    value = stable(graph, sentence)
    order, dims = reached(graph, value), graph.dims(value)
    moving = dependent(graph, order, leaves)
    seed = graph.leaf(Kind.MARK, "seed", dims) if dims else number(graph, 1)
    bars = cotangents(graph, order, moving, seed)
    own = {leaf: _projection(graph, leaf) for leaf in leaves}
    every = [jacobians(graph, order, {leaf: own[leaf]}, bind=True) for leaf in leaves]
    hessians = tuple(
        tuple(hessian(graph, order, bars, rows, columns) for columns in every) for rows in every
    )
    moved = [
        graph.leaf(Kind.MARK, f"{name} moves", graph.dims(leaf))
        for name, leaf in zip(names, leaves, strict=True)
    ]
    if dims:
        hessians = tuple(
            tuple(by_cotangent(graph, terms, seed) for terms in row) for row in hessians
        )
        gradients = tuple(
            dense(graph, jacobian(graph, value, {leaf: own[leaf]}), (*dims, *graph.dims(leaf)))
            for leaf in leaves
        )
        products = tuple(
            _product(graph, row, moved, (*dims, *graph.dims(leaf)))
            for row, leaf in zip(hessians, leaves, strict=True)
        )
    else:
        gradients = tuple(_gradient(graph, leaf, own[leaf], bars) for leaf in leaves)
        along = {
            leaf: applied(graph, own[leaf], mark, graph.dims(leaf))
            for leaf, mark in zip(leaves, moved, strict=True)
        }
        products = tangents(graph, gradients, along)
    trace = Trace(sentence, bars, tuple(every))
    return Derivation(
        text, declared, names, graph, value, gradients, hessians, tuple(moved), products, trace
    )


def _projection(graph: Graph, leaf: int) -> Terms:
    """The derivative of an array by what is given for it: of a symmetric one the symmetric part."""
    node = graph[leaf]
    assert isinstance(node, Leaf)
    if node.structure == "symmetric":
        return symmetric_part(graph, node.dims)
    return identity(graph, node.dims)


def _gradient(graph: Graph, leaf: int, own: Terms, bars: Mapping[int, int]) -> int:
    dims = graph.dims(leaf)
    return applied(graph, transposed(own), bars[leaf], dims) if leaf in bars else zero(graph, dims)


def _product(graph: Graph, row: Sequence[Terms], moved: Sequence[int], dims: Dims) -> int:
    """A row of Hessians times the tangents of all variables."""
    parts = [
        (Fraction(1), applied(graph, terms, mark, dims))
        for terms, mark in zip(row, moved, strict=True)
    ]
    return total(graph, parts, dims)
