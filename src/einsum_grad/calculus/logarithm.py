"""Logarithms of nodes that are positive by their form, without a large exponential."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from einsum_grad.calculus.graph.apply import along, apply
from einsum_grad.calculus.graph.graph import Apply, Einsum, Graph, Sum
from einsum_grad.calculus.graph.sums import ONE, einsum, number, terms_of, total, value_of


def logarithm(graph: Graph, node: int) -> int | None:
    """The logarithm of a node that is positive by its form, if it has exponentials."""
    rule = _LOGARITHMS.get(type(graph[node]))
    return rule(graph, node) if rule else None


def _log_of_apply(graph: Graph, number: int) -> int | None:
    node = graph[number]
    assert isinstance(node, Apply)
    if node.function == "exp":
        return node.args[0]
    if node.function == "sigmoid":
        return negative(graph, apply(graph, "softplus", [negative(graph, node.args[0])]))
    return None


def _log_of_sum(graph: Graph, node: int) -> int | None:
    """log(exp(a) + exp(b)) is b + softplus(a - b), for any number of terms."""
    terms = terms_of(graph, node)
    logs = [_log_of_term(graph, coefficient, term) for coefficient, term in terms]
    if all(value_of(graph, term) is not None for _, term in terms):
        return None
    found: int | None = None
    for log in sorted(logs, key=lambda log: log is None or not _is_number(graph, log)):
        if log is None:
            return None
        found = log if found is None else _log_added(graph, found, log)
    return found


def _is_number(graph: Graph, node: int) -> bool:
    return value_of(graph, node) is not None


def _log_added(graph: Graph, one: int, other: int) -> int:
    """log(exp(one) + exp(other))."""
    dims = graph.dims(one)
    difference = total(graph, [(ONE, other), (-ONE, one)], dims)
    return total(graph, [(ONE, one), (ONE, apply(graph, "softplus", [difference]))], dims)


def _log_of_term(graph: Graph, coefficient: Fraction, node: int) -> int | None:
    if coefficient <= 0:
        return None
    dims = graph.dims(node)
    scale = _log_of_number(graph, coefficient, dims)
    if value_of(graph, node) is not None:
        return scale
    found = logarithm(graph, node)
    return None if found is None else total(graph, [(ONE, found), (ONE, scale)], dims)


def _log_of_number(graph: Graph, value: Fraction, dims: tuple[str, ...]) -> int:
    if value == 1:
        return number(graph, 0, dims)
    return apply(graph, "log", [number(graph, value, dims)])


def _log_of_einsum(graph: Graph, number: int) -> int | None:
    """The logarithm of a sum of exponentials, times numbers that have no summed axis."""
    node = graph[number]
    assert isinstance(node, Einsum)
    parts = list(zip(node.args, node.pattern.inputs, strict=True))
    output = node.pattern.output
    powers = [part for part in parts if logarithm(graph, part[0]) is not None]
    others = [part for part in parts if part not in powers]
    if len(powers) != 1 or len(set(output)) < len(output):
        return None
    ((power, labels),) = powers
    kept = tuple(label for label in labels if label in output)
    if len(set(labels)) < len(labels) or any(set(own) - set(output) for _, own in others):
        return None
    if not set(output) <= set(labels).union(*(own for _, own in others)) and labels:
        return None
    log = logarithm(graph, power)
    assert log is not None
    axes = (axis for axis, label in enumerate(labels) if label not in output)
    summed = einsum(graph, [(along(graph, "logsumexp", axes, log), kept)], output)
    if not others:
        return summed
    scale = apply(graph, "log", [einsum(graph, others, output)])
    return total(graph, [(ONE, summed), (ONE, scale)], node.dims)


def negative(graph: Graph, node: int) -> int:
    """The negative of a node."""
    return total(graph, [(-ONE, node)], graph.dims(node))


Rule = Callable[[Graph, int], int | None]
"""The node that takes the place of one; None where the rule does not apply."""


_LOGARITHMS: Mapping[type, Rule] = {
    Apply: _log_of_apply,
    Sum: _log_of_sum,
    Einsum: _log_of_einsum,
}
