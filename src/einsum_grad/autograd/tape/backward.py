"""The backward pass: from the cotangent of a result to those of the leaves."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from heapq import heappop, heappush
from typing import Any, TypeAlias

import numpy as np

from einsum_grad.autograd.tape.fit import fit
from einsum_grad.autograd.tape.nodes import OUTPUT, Array, Leaf, Lift, Node, Parts, Traced
from einsum_grad.errors import AutogradError

Cotangents: TypeAlias = dict[Node | Leaf, Any]

Wrap: TypeAlias = Callable[[Array, Node | Leaf | None], Any]
"""Makes a Tensor of an array and its place in the graph, None for a constant."""

Starts: TypeAlias = Sequence[tuple[Node | Leaf | None, Any]]
"""Results' places in the graph, None for a constant, and their cotangents."""

FREED = (
    "this graph was freed by an earlier backward pass (this one has got to a result of {}): "
    "run the forward again, or call the first backward with retain_graph=True"
)


def pull_back(
    starts: Starts,
    *,
    keep: bool,
    wrap: Wrap | None = None,
    targets: Container[Node | Leaf] = (),
    first: int = 0,
) -> Cotangents:
    """Return the cotangent of every leaf, and node in `targets`, that the starts depend on.

    A node is visited after everything that was computed from it: numbers rise along the graph, and
    the heap yields the highest first. Nodes numbered below `first` count as constants. Unless
    `keep`, a node is freed as it is visited. With `wrap` the rules work on Tensors, so that the
    pass is itself recorded, and every cotangent returned is a Tensor, even a constant. Raises
    `AutogradError` where the graph was freed before.
    """
    pending: Cotangents = {}
    arrived: Cotangents = {}
    heap: list[tuple[int, Node | Leaf]] = []
    parts = [(node, cotangent) for node, cotangent in starts if node is not None]
    while True:
        for parent, part in parts:
            if parent in pending:
                pending[parent] = pending[parent] + part
            elif parent.number >= first:
                pending[parent] = part
                heappush(heap, (-parent.number, parent))
        if not heap:
            return arrived
        node = heappop(heap)[1]
        whole = pending.pop(node)
        if wrap and not isinstance(whole, (Traced, Parts)):
            whole = wrap(np.asarray(whole), None)
        if isinstance(node, Leaf) or node in targets:
            arrived[node], parts = whole, []
        else:
            parts = _visit(node, whole, keep, wrap)


def _visit(
    node: Node, cotangent: Any, keep: bool, wrap: Wrap | None
) -> list[tuple[Node | Leaf, Any]]:
    """The cotangents of the node's parents; unless `keep`, its residuals are then gone."""
    parents, pull = node.parents, node.pull
    if pull is None:
        raise AutogradError(FREED.format(node.name))
    lift = _lift(node, parents, wrap) if wrap else None
    if not keep:
        node.free()
    return [
        (parent, fit(part, parent.shape, parent.dtype, node.name))
        for parent, part in zip(parents, pull(cotangent, lift), strict=True)
    ]


def _lift(node: Node, parents: Sequence[Node | Leaf], wrap: Wrap) -> Lift:
    """Turn what the node kept back into Tensors, at its own place or at that of an operand."""
    places = {OUTPUT: node, **dict(zip(node.wanted, parents, strict=True))}

    def lift(position: int, array: Any) -> Any:
        return wrap(array, places[position]) if position in places else array

    return lift
