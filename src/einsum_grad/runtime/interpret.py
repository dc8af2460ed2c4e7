"""The interpreter of `Program`: the plainest meaning of every step, the oracle of every target."""

from __future__ import annotations

import functools
import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from einsum_grad.lower import Op, Program, Section, Size, Step, Value, steps
from einsum_grad.plan import ELLIPSIS, UNIT, Labels, distinct

Array = NDArray[Any]
Environment = dict[str, Array]


def interpret(program: Program, *operands: Array) -> Array:
    """Run the forward of `program`."""
    return _run(program, program.forward, _operands(program, operands))[program.output.name]


def interpret_backward(program: Program, cotangent: Array, *operands: Array) -> tuple[Array, ...]:
    """Run the forward and the backward of `program`; one gradient for each operand in `wrt`."""
    known = _run(program, program.forward, _operands(program, operands))
    kept = {value.name: known[value.name] for value in (*program.operands, *program.residuals)}
    known = _run(program, program.backward, {**kept, program.cotangent.name: cotangent})
    return tuple(known[value.name] for value in program.gradients)


def _operands(program: Program, operands: Sequence[Array]) -> Environment:
    return {value.name: array for value, array in zip(program.operands, operands, strict=True)}


def _run(program: Program, sections: tuple[Section, ...], known: Environment) -> Environment:
    lead = next((_lead(value, known) for value in program.operands if ELLIPSIS in value.labels), ())
    # The only label without a size is that of the ellipsis' axes, merged into one.
    sizes: defaultdict[str, int] = defaultdict(lambda: math.prod(lead))
    sizes |= {label: _size(size, known) for label, size in program.sizes if label != ELLIPSIS}
    for step in steps(sections):
        args = [known[arg.name] for arg in step.args]
        known[step.result.name] = _MEANINGS[step.op](_Call(step, sizes, lead), *args)
    return known


def _size(size: Size, known: Environment) -> int:
    return size if isinstance(size, int) else known[size.operand.name].shape[size.axis]


def _lead(value: Value, known: Environment) -> tuple[int, ...]:
    """The sizes that the ellipsis of `value` stands for."""
    at, shape = value.labels.index(ELLIPSIS), known[value.name].shape
    return shape[at : at + len(shape) - len(value.labels) + 1]


class _Call:
    """What the meaning of a step may use: the step, the sizes of labels, the ellipsis' sizes."""

    def __init__(self, step: Step, sizes: Mapping[str, int], lead: tuple[int, ...]) -> None:
        self.terms = [arg.labels for arg in step.args]
        self.output = step.result.labels
        self.sizes = sizes
        self.lead = lead


def _contract(call: _Call, *args: Array) -> Array:
    """Give every argument all labels, multiply, and sum those that the result lacks."""
    labels = distinct((*call.output, *(label for term in call.terms for label in term)))
    summed = tuple(range(len(call.output), len(labels)))
    product: Array = math.prod(
        (_align(arg, term, labels) for arg, term in zip(args[1:], call.terms[1:], strict=True)),
        start=_align(args[0], call.terms[0], labels),
    )
    return np.add.reduce(product, axis=summed, dtype=product.dtype) if summed else product


def _align(array: Array, term: Labels, labels: Labels) -> Array:
    """`array` with an axis for each of `labels`, of size 1 for those that it lacks."""
    array, term = _take_diagonals(array, term)
    order = sorted(range(len(term)), key=lambda axis: labels.index(term[axis]))
    missing = tuple(axis for axis, label in enumerate(labels) if label not in term)
    return np.expand_dims(array.transpose(order), missing)


def _take_diagonals(array: Array, term: Labels) -> tuple[Array, Labels]:
    for label in distinct(term):
        while term.count(label) > 1:
            first = term.index(label)
            second = term.index(label, first + 1)
            array = np.moveaxis(array.diagonal(0, first, second), -1, first)
            term = (*term[:second], *term[second + 1 :])
    return array, term


def _repeat(call: _Call, array: Array) -> Array:
    shape = tuple(call.sizes[label] for label in call.output)
    return np.broadcast_to(_align(array, call.terms[0], call.output), shape)


def _diagonal(call: _Call, array: Array) -> Array:
    full = np.zeros([call.sizes[label] for label in call.output], array.dtype)
    own = call.terms[0]
    for index in np.ndindex(array.shape):
        full[tuple(index[own.index(label)] for label in call.output)] = array[index]
    return full


def _units(call: _Call, array: Array) -> Array:
    sizes = iter(
        [size for size, label in zip(array.shape, call.terms[0], strict=True) if label != UNIT]
    )
    return array.reshape([1 if label == UNIT else next(sizes) for label in call.output])


def _merge(call: _Call, array: Array) -> Array:
    at, count = call.terms[0].index(ELLIPSIS), len(call.lead)
    return array.reshape(*array.shape[:at], math.prod(call.lead), *array.shape[at + count :])


def _split(call: _Call, array: Array) -> Array:
    at = call.output.index(ELLIPSIS)
    return array.reshape((*array.shape[:at], *call.lead, *array.shape[at + 1 :]))


_MEANINGS: dict[Op, Callable[..., Array]] = {
    Op.CONTRACT: _contract,
    Op.REPEAT: _repeat,
    Op.DIAGONAL: _diagonal,
    Op.UNITS: _units,
    Op.MERGE: _merge,
    Op.SPLIT: _split,
    Op.CONJUGATE: lambda call, array: np.conj(array),
    Op.COPY: lambda call, array: _align(array, call.terms[0], call.output).copy(),
    Op.READ_ONLY: lambda call, array: _align(array, call.terms[0], call.output),
    Op.ADD: lambda call, *arrays: functools.reduce(np.add, arrays),
}
