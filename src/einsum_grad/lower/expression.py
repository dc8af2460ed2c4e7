"""A graph with its einsums in pairs, contracted along paths: what they share is there once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from einsum_grad.calculus.graph.graph import Apply, Einsum, Graph, Sum, dim_of, is_unit, reached
from einsum_grad.plan import UNIT, Node, Pattern, contraction_path, pairwise

Sizes = Mapping[str, int]
"""The sizes of dimensions, as far as they are known."""


@dataclass(frozen=True, slots=True, eq=False)
class Paired:
    """A graph whose einsums have at most two arguments, and where its roots are."""

    graph: Graph
    roots: tuple[int, ...]


def paired(graph: Graph, roots: Sequence[int], sizes: Sizes) -> Paired:
    """The same roots in a graph of its own; `sizes` choose the order of contraction.

    Nothing is simplified there: what was decided stays.
    """
    made, found = Graph(), dict[int, int]()
    for number in reached(graph, *roots):
        node = graph[number]
        args = tuple(found[arg] for arg in node.args)
        if isinstance(node, Einsum):
            found[number] = _contracted(made, node, args, sizes)
        elif isinstance(node, Sum) and (inner := _spread(made, args)) is not None:
            scaled = replace(node, dims=made.dims(inner.args[0]), args=inner.args)
            found[number] = made.add(replace(inner, args=(made.add(scaled),)))
        else:
            found[number] = made.add(replace(node, args=args))
    return Paired(made, tuple(found[root] for root in roots))


def _contracted(graph: Graph, node: Einsum, args: tuple[int, ...], sizes: Sizes) -> int:
    """The last node of the network that contracts the arguments of an einsum."""
    pattern, args = _of_factors(graph, _with_units(node.pattern), args)
    if len(args) < 2:
        return _added(graph, pattern, args)
    own = {label: sizes[dim_of(label)] for label in pattern.labels() if dim_of(label) in sizes}
    values = list(args)
    for step in pairwise(pattern, contraction_path(pattern, own)).nodes:
        values.append(_step(graph, step, values))
    return values[-1]


def _spread(graph: Graph, args: tuple[int, ...]) -> Einsum | None:
    """The only term of a sum, if it repeats an array or writes it to a diagonal: scaled before."""
    node = graph[args[0]] if len(args) == 1 else None
    if not isinstance(node, Einsum) or len(node.args) != 1 or node.pattern.contracted():
        return None
    return node if len(node.dims) > len(node.pattern.inputs[0]) else None


def _step(graph: Graph, step: Node, values: Sequence[int]) -> int:
    return _added(graph, step.pattern, tuple(values[arg] for arg in step.args))


def _added(graph: Graph, pattern: Pattern, args: tuple[int, ...]) -> int:
    """The einsum of that pattern, its labels numbered in order."""
    names = {
        label: label if label == UNIT else f"{dim_of(label)}.{number}"
        for number, label in enumerate(pattern.labels())
    }
    renamed = pattern.rename(names)
    return graph.add(Einsum(renamed, tuple(map(dim_of, renamed.output)), args))


def _with_units(pattern: Pattern) -> Pattern:
    """The pattern with units for labels of size 1."""
    return pattern.rename({label: UNIT for label in pattern.labels() if is_unit(label)})


def _of_factors(
    graph: Graph, pattern: Pattern, args: tuple[int, ...]
) -> tuple[Pattern, tuple[int, ...]]:
    """A sum of squares as a product of two, which is one call."""
    if len(args) == 1 and pattern.contracted():
        node, (labels,) = graph[args[0]], pattern.inputs
        if isinstance(node, Apply) and node.exponent == 2 and len(set(labels)) == len(labels):
            return Pattern((labels, labels), pattern.output), node.args * 2
    return pattern, args
