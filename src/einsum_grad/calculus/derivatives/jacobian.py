"""Pass 5: Jacobians of nodes, forward, as terms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from einsum_grad.calculus.derivatives import rule
from einsum_grad.calculus.derivatives.bind import bound
from einsum_grad.calculus.derivatives.terms import Terms, composed, identity, over, simplified
from einsum_grad.calculus.graph.graph import Einsum, Graph, Leaf, Sum, dependent, reached
from einsum_grad.plan import LinearTerm, derivative


def first(graph: Graph, number: int) -> tuple[Terms, ...]:
    """The derivative of a node by each of its arguments: the node's axes are the rows."""
    node = graph[number]
    if isinstance(node, Leaf):
        return ()
    if isinstance(node, Sum):
        (term,) = identity(graph, node.dims)
        each = (LinearTerm((), term.rows, term.columns, c) for c in node.coefficients)
        return tuple((term,) for term in each)
    if isinstance(node, Einsum):
        places = range(len(node.args))
        found = (derivative(node.pattern, ((place,),)).terms for place in places)
        return tuple(over(node.args, terms) for terms in found)
    return rule.first(graph, number, jacobian)


def jacobian(graph: Graph, root: int, variables: Mapping[int, Terms]) -> Terms:
    """The derivative of one node; see `jacobians`."""
    return jacobians(graph, reached(graph, root), variables).get(root, ())


def jacobians(
    graph: Graph, order: Iterable[int], variables: Mapping[int, Terms], bind: bool = False
) -> dict[int, Terms]:
    """The derivative of every node of `order`, arguments first, that depends on variables.

    `variables` has the derivatives of the variables themselves. With `bind`, terms of equal deltas
    become one wherever there are more than a few.
    """
    order = list(order)
    moving = dependent(graph, order, variables)
    found = dict(variables)
    for number in order:
        if number in moving and number not in variables:
            terms = [
                term
                for arg, local in zip(graph.args(number), first(graph, number), strict=True)
                if arg in moving
                for term in composed(graph, local, found[arg])
            ]
            made = simplified(graph, terms)
            found[number] = bound(graph, made) if bind else made
    return found
