"""Logarithms of nodes that are positive by their form, without a large exponential."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from einsum_grad.calculus.graph.apply import along, apply
from einsum_grad.calculus.graph.graph import Along, Apply, Einsum, Graph, Sum, dim_of
from einsum_grad.calculus.graph.product import Part
from einsum_grad.calculus.graph.sums import ONE, einsum, number, terms_of, total, value_of
from einsum_grad.plan import Labels


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
    """The logarithm of a sum of exponentials times numbers, which may have the summed axes."""
    node = graph[number]
    assert isinstance(node, Einsum)
    parts = list(zip(node.args, node.pattern.inputs, strict=True))
    output = node.pattern.output
    powers = [part for part in parts if logarithm(graph, part[0]) is not None]
    others = [part for part in parts if part not in powers]
    labels = tuple(dict.fromkeys(label for _, own in powers for label in own))
    if not powers or any(len(set(own)) < len(own) for own in (output, *(x for _, x in powers))):
        return None
    if not set(output) <= set(labels).union(*(own for _, own in others)) and labels:
        return None
    log = _log_of_product(graph, powers, labels)
    axes = tuple(axis for axis, label in enumerate(labels) if label not in output)
    kept = tuple(label for label in labels if label in output)
    peak = along(graph, "logsumexp", axes, log)
    summed = einsum(graph, [(peak, kept)], output)
    if not others:
        return summed
    if any(set(own) - set(output) for _, own in others):
        if _is_normalised(graph, log):
            return None
        whole = einsum(graph, [(peak, kept)], labels)
        share = apply(graph, "exp", [total(graph, [(ONE, log), (-ONE, whole)], graph.dims(log))])
        others = [*others, (share, labels)]
    scale = apply(graph, "log", [einsum(graph, others, output)])
    return total(graph, [(ONE, summed), (ONE, scale)], node.dims)


def _log_of_product(graph: Graph, powers: Sequence[Part], labels: Labels) -> int:
    """The sum of the logarithms of factors, with all of their axes."""
    logs = [(logarithm(graph, part), own) for part, own in powers]
    terms = [(ONE, einsum(graph, [(log, own)], labels)) for log, own in logs if log is not None]
    return total(graph, terms, tuple(map(dim_of, labels)))


def _is_normalised(graph: Graph, log: int) -> bool:
    """Whether a logsumexp is taken off already: then the exponentials are below 1."""
    return any(
        coefficient < 0 and any(isinstance(graph[x], Along) for x in (term, *graph.args(term)))
        for coefficient, term in terms_of(graph, log)
    )


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
