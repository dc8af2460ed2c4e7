"""An einsum of nodes, and indices of new axes."""

from __future__ import annotations

from collections.abc import Sequence

from einsum_grad.calculus.graph.graph import Graph, dim_of
from einsum_grad.calculus.graph.sums import einsum
from einsum_grad.calculus.language.broadcast import MismatchError
from einsum_grad.plan import ELLIPSIS, UNIT, Labels, Pattern


def contracted(graph: Graph, pattern: Pattern, args: Sequence[int]) -> int:
    """The einsum of nodes; raises `MismatchError` where their axes don't fit the pattern."""
    if len(pattern.inputs) != len(args):
        raise MismatchError(f"this pattern takes {len(pattern.inputs)} arrays, and not {len(args)}")
    found: dict[str, str] = {}
    parts = [
        (arg, _labels(graph, term, arg, found))
        for term, arg in zip(pattern.inputs, args, strict=True)
    ]
    output = [found[label] for term in pattern.output for label in _spelled(term, found)]
    return einsum(graph, parts, tuple(output))


def _labels(graph: Graph, term: Labels, arg: int, found: dict[str, str]) -> Labels:
    """The labels of an argument; an axis of size 1 that meets another gets one of its own."""
    dims = graph.dims(arg)
    more = len(dims) - len([label for label in term if label != ELLIPSIS])
    if more < 0 or (more and ELLIPSIS not in term):
        raise MismatchError(
            f"{' '.join(term) or 'no label'} does not fit the axes {' '.join(dims)}"
        )
    names = list[str]()
    for label in term:
        names += [f"...{at}" for at in range(more, 0, -1)] if label == ELLIPSIS else [label]
    labels = list[str]()
    for name, dim in zip(names, dims, strict=True):
        known = dim_of(found.get(name, UNIT))
        if known == UNIT and (name not in found or dim != UNIT):
            found[name] = graph.fresh((dim,))[0]
        elif dim not in (UNIT, known):
            raise MismatchError(f"{name[:3]} is the axis {known} and here the axis {dim}")
        labels.append(found[name] if dim_of(found[name]) == dim else graph.fresh((dim,))[0])
    return tuple(labels)


def _spelled(label: str, found: dict[str, str]) -> list[str]:
    if label != ELLIPSIS:
        return [label]
    most = max((int(name[3:]) for name in found if name.startswith(ELLIPSIS)), default=0)
    return [f"...{at}" for at in range(most, 0, -1)]


def indexed(graph: Graph, arg: int, entries: Sequence[str]) -> int:
    """The node with new axes of size 1: each entry is ":", "None" or "..."."""
    labels, colons = graph.fresh(graph.dims(arg)), entries.count(":")
    if colons > len(labels) or entries.count(ELLIPSIS) > 1:
        raise MismatchError(f"this array has {len(labels)} axes, and the index does not fit them")
    at = entries.index(ELLIPSIS) if ELLIPSIS in entries else len(entries)
    between = [":"] * (len(labels) - colons)
    left = iter(labels)
    output = (
        next(left) if entry == ":" else graph.fresh((UNIT,))[0]
        for entry in (*entries[:at], *between, *entries[at + 1 :])
    )
    return einsum(graph, [(arg, labels)], tuple(output))
