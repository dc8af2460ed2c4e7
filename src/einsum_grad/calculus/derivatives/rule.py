"""A rule, elaborated: what a function's derivatives are, over marks in the place of its arguments.

The pullback that a sentence says is differentiated as any other expression is: by the cotangent for
the first derivative, by the arguments for the second.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from einsum_grad.calculus.derivatives.terms import Terms, identity, replaced, simplified, transposed
from einsum_grad.calculus.graph.graph import Along, Apply, Graph, Kind
from einsum_grad.calculus.graph.rebuild import rebuilt
from einsum_grad.calculus.graph.sums import einsum, number, spread
from einsum_grad.calculus.language.broadcast import multiplied
from einsum_grad.calculus.language.elaborate import elaborate
from einsum_grad.calculus.language.rules import ARGUMENTS, ELEMENTWISE, PULLBACKS
from einsum_grad.errors import ArgumentError
from einsum_grad.plan import Labels

Pairs = Mapping[tuple[int, int], Terms]
"""Second derivatives, by the places of two arguments, which are the rows and the columns."""

Jacobian = Callable[[Graph, int, Mapping[int, Terms]], Terms]
"""The derivative of a node by variables, whose own derivatives are given."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A node of marks, and the gradient of each of its arguments, as of every node like it."""

    node: int
    marks: tuple[int, ...]
    cotangent: int
    pullbacks: tuple[int, ...]


def first(graph: Graph, number: int, jacobian: Jacobian) -> tuple[Terms, ...]:
    """The derivative of a function's node by each of its arguments."""
    key = ("first", _kind(graph, number))
    rule, terms = _remembered(graph, key, lambda: _first(graph, number, jacobian))
    made = _instance(graph, rule, number)
    return tuple(replaced(graph, each, made) for each in terms)


def second(graph: Graph, number: int, cotangent: int, jacobian: Jacobian) -> Pairs:
    """The second derivative of a function's node times a cotangent."""
    key = ("second", _kind(graph, number))
    rule, pairs = _remembered(graph, key, lambda: _second(graph, number, jacobian))
    made = {**_instance(graph, rule, number), rule.cotangent: cotangent}
    return {place: replaced(graph, terms, made) for place, terms in pairs.items()}


def _remembered(graph: Graph, key: object, make: Callable[[], Any]) -> Any:
    """What was made for `key` in this graph, or is made now."""
    if key not in graph.rules:
        graph.rules[key] = make()
    return graph.rules[key]


def _kind(graph: Graph, number: int) -> tuple[object, ...]:
    """What nodes with the same rule have in common."""
    node = graph[number]
    return (
        type(node),
        getattr(node, "function", ""),
        getattr(node, "axes", ()),
        getattr(node, "exponent", 0),
        tuple(map(graph.dims, node.args)),
    )


def _instance(graph: Graph, rule: Rule, number: int) -> dict[int, int]:
    """What stands in the place of a rule's marks and of its node."""
    return {**dict(zip(rule.marks, graph.args(number), strict=True)), rule.node: number}


def _first(graph: Graph, like: int, jacobian: Jacobian) -> tuple[Rule, tuple[Terms, ...]]:
    rule = _rule(graph, like)
    found = (_by(graph, rule.cotangent, pullback, jacobian) for pullback in rule.pullbacks)
    return rule, tuple(map(transposed, found))


def _second(graph: Graph, like: int, jacobian: Jacobian) -> tuple[Rule, Pairs]:
    rule = _rule(graph, like)
    found = {
        (one, other): _by(graph, mark, pullback, jacobian)
        for one, pullback in enumerate(rule.pullbacks)
        for other, mark in enumerate(rule.marks)
    }
    return rule, {place: terms for place, terms in found.items() if terms}


def _by(graph: Graph, mark: int, pullback: int, jacobian: Jacobian) -> Terms:
    variable = {mark: identity(graph, graph.dims(mark))}
    return simplified(graph, jacobian(graph, pullback, variable))


def _rule(graph: Graph, like: int) -> Rule:
    """The rule of nodes like one."""
    node = graph[like]
    marks = tuple(
        graph.leaf(Kind.MARK, name, graph.dims(arg))
        for name, arg in zip(ARGUMENTS, node.args, strict=False)
    )
    made = rebuilt(graph, like, marks)
    cotangent = graph.leaf(Kind.MARK, "g", node.dims)
    return Rule(made, marks, cotangent, _pullbacks(graph, made, marks, cotangent))


def _pullbacks(graph: Graph, made: int, marks: tuple[int, ...], cotangent: int) -> tuple[int, ...]:
    """The gradient of each argument."""
    node = graph[made]
    names = dict(zip(ARGUMENTS, marks, strict=False)) | {"y": made, "g": cotangent}
    if isinstance(node, Apply):
        names["c"] = number(graph, node.exponent)
        rules = ELEMENTWISE.get(node.function)
        if rules is None:
            raise ArgumentError(f"{node.function} has no rule for its derivative")
        values = (elaborate(graph, rule, names) for rule in rules)
        return tuple(multiplied(graph, cotangent, value) for value in values)
    function: str = getattr(node, "function", "")
    labels = graph.fresh(graph.dims(marks[0]))
    kept = _kept(graph, made, labels)
    names |= {name: spread(graph, names[name], kept, labels) for name in ("y", "g")}
    if isinstance(node, Along) and "ties" in PULLBACKS[function]:
        tied = elaborate(graph, "where(x == y, 1, 0)", names)
        names["ties"] = spread(graph, einsum(graph, [(tied, labels)], kept), kept, labels)
    return (elaborate(graph, PULLBACKS[function], names),)


def _kept(graph: Graph, made: int, labels: Labels) -> Labels:
    """The labels of the argument's axes that the node has too."""
    node = graph[made]
    if isinstance(node, Along):
        return tuple(label for axis, label in enumerate(labels) if axis not in node.axes)
    return labels[: len(node.dims)]
