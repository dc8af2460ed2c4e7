"""What a case can't be faster than: bare matrix products, or the bytes that must move."""

from __future__ import annotations

import math
from typing import NamedTuple

from benchmarks.case import Array, Explicit, Problem, Shape


def bytes_moved(problem: Problem) -> int:
    """Count the bytes that a forward and its gradients can't help moving.

    Each operand and the cotangent are read once; the output and each gradient are written once.
    What an operand or a gradient only repeats (an axis of stride zero; a label that nothing but
    this operand has) counts once. Of an operand with a label twice only the diagonal is read.
    """
    explicit = problem.case.explicit
    arrays = zip(explicit.inputs, problem.operands, strict=True)
    read = problem.cotangent.size + sum(_read_size(term, array) for term, array in arrays)
    written = math.prod(explicit.output_shape)
    written += sum(_gradient_size(explicit, place) for place in range(len(explicit.inputs)))
    return int((read + written) * problem.cotangent.itemsize)


def _read_size(term: str, array: Array) -> int:
    """The size of an operand: its diagonal, without the axes along which it repeats."""
    axes = zip(term, array.shape, array.strides, strict=True)
    return math.prod({label: size for label, size, stride in axes if stride}.values())


def _gradient_size(explicit: Explicit, place: int) -> int:
    """The size of a gradient without the axes along which it repeats."""
    others = (*explicit.inputs[:place], *explicit.inputs[place + 1 :], explicit.output)
    known = set().union(*others)
    axes = zip(explicit.inputs[place], explicit.shapes[place], strict=True)
    return math.prod(size for label, size in axes if label in known)


class MatmulShapes(NamedTuple):
    """The shapes of the one batched matrix product that a pair of operands amounts to."""

    left: Shape
    right: Shape
    output: Shape


def matmul_shapes(explicit: Explicit) -> MatmulShapes:
    """Sort the labels of a pair into batch, rows, columns and inner ones."""
    left, right, output = (set(term) for term in (*explicit.inputs, explicit.output))
    if (left ^ right) - output:
        raise ValueError("not a matrix product: a label is summed in one operand alone")
    sizes = explicit.sizes

    def size(labels: set[str]) -> int:
        return math.prod(sizes[label] for label in labels)

    shared = left & right
    batch = (size(shared & output),) if shared & output else ()
    rows, columns, inner = size(left - right), size(right - left), size(shared - output)
    return MatmulShapes((*batch, rows, inner), (*batch, inner, columns), (*batch, rows, columns))
