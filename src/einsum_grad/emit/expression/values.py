"""Nodes to statements: one short rule for each kind of node."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from einsum_grad.calculus.graph.graph import Along, Apply, Einsum, Graph, Kind, Leaf, OfMatrix, Sum
from einsum_grad.emit.expression.body import Arrays, Body
from einsum_grad.emit.expression.einsums import einsum_value
from einsum_grad.emit.expression.entries import apply_value, sum_value
from einsum_grad.emit.text.target import Target
from einsum_grad.emit.text.tree import Assign, Call, Expression, Statement, call


def written(graph: Graph, roots: Sequence[int], arrays: Arrays, target: Target) -> Body:
    """The statements that compute `roots`, and what these need, in order."""
    body = Body(graph, roots, arrays, target)
    for number in body.order:
        node = graph[number]
        if isinstance(node, Leaf) and node.kind in (Kind.ARRAY, Kind.MARK):
            body.named[number] = arrays.names[node.name]
        else:
            name = body.named[number] = body.names.new(_BASES[type(node)])
            body.statements += _WRITERS[type(node)](body, node, name)
    return body


def _leaf(body: Body, node: Leaf, name: str) -> list[Statement]:
    value = call("pi") if node.kind is Kind.PI else body.size(node.name)
    return [Assign(name, value)]


def _along(body: Body, node: Along, name: str) -> list[Statement]:
    (arg,) = node.args
    every = len(node.axes) == len(body.graph.dims(arg))
    axes: Expression = node.axes[0] if len(node.axes) == 1 else Call("tuple", node.axes)
    if node.function == "logsumexp":
        given = [] if every else [axes]
        return [Assign(name, call("logsumexp", body.name(arg), *given))]
    options = {} if every else {"axis": axes}
    return [Assign(name, call(node.function, body.name(arg), **options))]


def _of_matrix(body: Body, node: OfMatrix, name: str) -> list[Statement]:
    return [Assign(name, call(node.function, body.name(node.args[0])))]


_BASES: Mapping[type, str] = {
    Leaf: "n",
    Einsum: "z",
    Sum: "r",
    Apply: "s",
    Along: "m",
    OfMatrix: "M",
}


_WRITERS: Mapping[type, Callable[..., list[Statement]]] = {
    Leaf: _leaf,
    Sum: sum_value,
    Apply: apply_value,
    Along: _along,
    OfMatrix: _of_matrix,
    Einsum: einsum_value,
}
