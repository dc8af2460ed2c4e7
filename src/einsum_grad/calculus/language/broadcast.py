"""Operators on nodes whose axes meet by NumPy's rules, and must have the same names."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import zip_longest

from einsum_grad.calculus.graph.apply import apply
from einsum_grad.calculus.graph.graph import Dims, Graph, dim_of
from einsum_grad.calculus.graph.sums import ONE, einsum, spread, total
from einsum_grad.plan import UNIT, Labels


class MismatchError(Exception):
    """Axes that can't meet; the message says which."""


def joined(graph: Graph, shapes: Sequence[Dims]) -> tuple[Labels, list[Labels]]:
    """The labels of what arrays of these dims broadcast to, and of each of them.

    An axis of size 1 that meets another gets a label of its own. Raises `MismatchError`.
    """
    dims: list[str] = []
    for meeting in zip_longest(*(reversed(shape) for shape in shapes), fillvalue=UNIT):
        names = dict.fromkeys(dim for dim in meeting if dim != UNIT)
        if len(names) > 1:
            raise MismatchError(
                f"the axes {' and '.join(names)} meet here, which have different names"
            )
        dims.insert(0, next(iter(names), UNIT))
    output = graph.fresh(dims)
    return output, [_own(graph, shape, output) for shape in shapes]


def _own(graph: Graph, shape: Dims, output: Labels) -> Labels:
    last = output[len(output) - len(shape) :]
    return tuple(
        label if dim_of(label) == dim else graph.fresh((dim,))[0]
        for dim, label in zip(shape, last, strict=True)
    )


def multiplied(graph: Graph, one: int, other: int) -> int:
    """The product of entries."""
    output, (left, right) = joined(graph, [graph.dims(one), graph.dims(other)])
    return einsum(graph, [(one, left), (other, right)], output)


def added(graph: Graph, one: int, other: int, sign: Fraction = ONE) -> int:
    """The sum of entries, or with the sign -1 their difference."""
    first, second = alike(graph, [one, other])
    return total(graph, [(ONE, first), (sign, second)], graph.dims(first))


def elementwise(graph: Graph, function: str, *args: int) -> int:
    """A function of entries."""
    return apply(graph, function, alike(graph, args))


def alike(graph: Graph, args: Sequence[int]) -> list[int]:
    """Nodes repeated to the same axes."""
    if len({graph.dims(arg) for arg in args}) == 1:
        return list(args)
    output, labels = joined(graph, [graph.dims(arg) for arg in args])
    return [spread(graph, arg, own, output) for arg, own in zip(args, labels, strict=True)]


def matmul(graph: Graph, one: int, other: int) -> int:
    """NumPy's matrix product: of vectors, matrices and stacks of matrices."""
    left, right = graph.dims(one), graph.dims(other)
    if not left or not right:
        raise MismatchError("@ multiplies arrays, and this is a number: multiply by *")
    rows = graph.fresh(left[-2:-1])
    columns = graph.fresh(right[-1:]) if len(right) > 1 else ()
    batch, (ours, theirs) = joined(graph, [left[:-2], right[:-2]])
    inner = _contracted(graph, left[-1], right[-2] if len(right) > 1 else right[0])
    first, second = (*ours, *rows, inner[0]), (*theirs, inner[1], *columns)
    return einsum(graph, [(one, first), (other, second)], (*batch, *rows, *columns))


def dot(graph: Graph, one: int, other: int) -> int:
    """NumPy's dot: the last axis of the one is contracted with the last but one of the other."""
    left, right = graph.dims(one), graph.dims(other)
    if not left or not right:
        return multiplied(graph, one, other)
    first, second = list(graph.fresh(left)), list(graph.fresh(right))
    place = len(right) - 2 if len(right) > 1 else 0
    first[-1], second[place] = _contracted(graph, left[-1], right[place])
    output = (*first[:-1], *second[:place], *second[place + 1 :])
    return einsum(graph, [(one, tuple(first)), (other, tuple(second))], output)


def _contracted(graph: Graph, one: str, other: str) -> Labels:
    """The labels of two axes that are contracted."""
    if one != other:
        raise MismatchError(f"the axes {one} and {other} meet here, which have different names")
    return graph.fresh((one,)) * 2
