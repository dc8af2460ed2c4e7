"""Nodes made anew with others in the place of their arguments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from einsum_grad.calculus.graph.apply import along, apply, of_matrix
from einsum_grad.calculus.graph.graph import Along, Apply, Einsum, Graph, OfMatrix, Sum
from einsum_grad.calculus.graph.sums import einsum, total


def rebuilt(graph: Graph, number: int, args: Sequence[int]) -> int:
    """The node with other arguments of the same axes, simplified anew."""
    node = graph[number]
    match node:
        case Einsum():
            parts = zip(args, node.pattern.inputs, strict=True)
            return einsum(graph, parts, node.pattern.output)
        case Sum():
            return total(graph, zip(node.coefficients, args, strict=True), node.dims)
        case Apply():
            return apply(graph, node.function, args, node.exponent)
        case Along():
            return along(graph, node.function, node.axes, args[0])
        case OfMatrix():
            return of_matrix(graph, node.function, args[0])
    return graph.add(replace(node))


def substituted(graph: Graph, root: int, by: dict[int, int]) -> int:
    """The node with others in the place of nodes; `by` remembers what was made."""
    todo = [root]
    while todo:
        number = todo[-1]
        missing = [arg for arg in graph.args(number) if arg not in by]
        if number in by or not missing:
            todo.pop()
            if number not in by:
                args = [by[arg] for arg in graph.args(number)]
                same = tuple(args) == graph.args(number)
                by[number] = number if same else rebuilt(graph, number, args)
        else:
            todo += missing
    return by[root]
