"""Pass 6: the Hessian, a sum over nonlinear nodes v of J_vᵀ · (v̄ · D²v) · J_v.

It is symmetric by construction: Gauss–Newton terms and curvature together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from einsum_grad.calculus.derivatives import rule
from einsum_grad.calculus.derivatives.bind import bound
from einsum_grad.calculus.derivatives.jacobian import jacobian
from einsum_grad.calculus.derivatives.rule import Pairs
from einsum_grad.calculus.derivatives.terms import (
    Terms,
    composed,
    identity,
    over,
    simplified,
    transposed,
)
from einsum_grad.calculus.graph.graph import Einsum, Graph, Leaf, Sum, reached
from einsum_grad.calculus.graph.sums import is_zero
from einsum_grad.plan import LinearTerm, Pattern, derivative

Jacobians = Mapping[int, Terms]


def hessian(
    graph: Graph,
    order: Sequence[int],
    cotangents: Mapping[int, int],
    rows: Jacobians,
    columns: Jacobians,
) -> Terms:
    """The second derivative by two variables, given the Jacobians of nodes by each of them."""
    found: list[Terms] = []
    for number in order:
        bar = cotangents.get(number)
        args = graph.args(number)
        if bar is None or is_zero(graph, bar) or not any(arg in rows for arg in args):
            continue
        for (one, other), terms in second(graph, number, bar).items():
            if args[one] in rows and args[other] in columns:
                right = composed(graph, terms, columns[args[other]])
                found.append(composed(graph, transposed(rows[args[one]]), right))
    return bound(graph, simplified(graph, [term for terms in found for term in terms]))


def second(graph: Graph, number: int, cotangent: int) -> Pairs:
    """The second derivative of a node by its arguments, times a cotangent."""
    node = graph[number]
    if isinstance(node, Leaf | Sum):
        return {}
    if not isinstance(node, Einsum):
        return rule.second(graph, number, cotangent, jacobian)
    whole, args = Pattern((node.pattern.output, *node.pattern.inputs), ()), (cotangent, *node.args)
    places = range(1, len(args))
    return {
        (one - 1, other - 1): over(args, derivative(whole, ((one,), (other,))).terms)
        for one in places
        for other in places
        if one != other
    }


def by_cotangent(graph: Graph, terms: Terms, seed: int) -> Terms:
    """Terms that are linear in the node `seed`, differentiated by it: its axes come first."""
    variable = {seed: identity(graph, graph.dims(seed))}
    found: list[LinearTerm] = []
    for term in terms:
        for place, (node, labels) in enumerate(term.factors):
            if seed in reached(graph, node):
                rest = (*term.factors[:place], *term.factors[place + 1 :])
                outer = LinearTerm(rest, term.axes, labels, term.coefficient)
                inner = jacobian(graph, node, variable)
                found += [_led(each, len(term.rows)) for each in composed(graph, [outer], inner)]
    return bound(graph, simplified(graph, found))


def _led(term: LinearTerm, rows: int) -> LinearTerm:
    """The term with its columns before its rows, and only so many of these as rows."""
    axes = term.rows
    return LinearTerm(term.factors, (*term.columns, *axes[:rows]), axes[rows:], term.coefficient)
