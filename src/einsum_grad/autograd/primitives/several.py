"""Functions with several results: one node computes all of them, and each has a node of its own.

The cotangents of the results meet at the common node as `Parts`, so that its rule is applied once,
and knows which results were used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from einsum_grad.autograd.tape.nodes import OUTPUT, Array, Lift, Node, Parts, Traced
from einsum_grad.autograd.tape.ownership import borrow
from einsum_grad.autograd.tape.refusals import as_operand, run
from einsum_grad.autograd.tape.unrecorded import is_recorded
from einsum_grad.autograd.tensor.tensor import Tensor

Rule = Callable[[Sequence[Any], Any, Sequence[Any]], Any]
"""From the cotangents (None where a result was not used), the operand and the results."""


@dataclass(frozen=True, slots=True)
class Together:
    """What the common node keeps."""

    rule: Rule
    operand: Array
    results: Sequence[Array]

    def __call__(self, g: Parts, lift: Lift | None) -> list[Any]:
        """Apply the rule."""
        operand: Any = self.operand
        results: Any = self.results
        if lift is not None:
            operand, results = lift(0, operand), lift(OUTPUT, results)
        if isinstance(results, Traced):
            results = _results(results._node, self.results)
        cotangents = [g.get(place) for place in range(len(results))]
        return [self.rule(cotangents, operand, results)]


@dataclass(frozen=True, slots=True)
class Result:
    """What the node of one result keeps: its place among them."""

    place: int

    def __call__(self, g: Any, lift: Lift | None) -> list[Any]:
        """Hand the cotangent on."""
        return [Parts({self.place: g})]


def several(function: Callable[..., Any], rule: Rule, a: Any, **params: Any) -> Any:
    """Run a function of NumPy's of one array that returns a named tuple; return one of Tensors.

    It is recorded with its VJP rule if `a` requires a gradient.
    """
    name = function.__name__
    operand = np.asarray(borrow(as_operand(a, name)))
    made = run(name, function, (operand,), params)
    arrays = [np.asarray(result) for result in made]
    if not is_recorded(a):
        return made._make(Tensor._of(array, None) for array in arrays)
    for array in arrays:
        array.flags.writeable = False
    node = Node(name, arrays[0], (0,), (a._node,), Together(rule, operand, arrays))
    return made._make(_results(node, arrays))


def _results(node: Any, arrays: Sequence[Array]) -> list[Tensor]:
    return [
        Tensor._of(array, Node(node.name, array, (0,), (node,), Result(place)))
        for place, array in enumerate(arrays)
    ]
