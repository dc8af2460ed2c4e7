"""Run an operation on its operands, and keep what its VJP rules will need."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from einsum_grad.autograd.primitives.operation import Operation, Plan, plan_of
from einsum_grad.autograd.tape.arrays import as_array, freeze, lazily, view
from einsum_grad.autograd.tape.mode import is_recording
from einsum_grad.autograd.tape.nodes import Array, Leaf, Lift, Node, Traced
from einsum_grad.autograd.tape.ownership import borrow, look, own
from einsum_grad.autograd.tape.refusals import NUMPYS, as_operand, as_ours
from einsum_grad.autograd.tape.unrecorded import unrecorded
from einsum_grad.autograd.tensor.tensor import Tensor
from einsum_grad.errors import DTypeError, EinsumGradError
from einsum_grad.runtime.operands.deferred import KINDS

Operands: TypeAlias = tuple[list[Any], tuple[int, ...], list[Node | Leaf]]


def record(operation: Operation, operands: Sequence[Any], params: Mapping[str, Any]) -> Any:
    """Run `operation`; with a Tensor among the operands the result is a Tensor.

    Raises `AutogradError` where a gradient is wanted for an operand that has no rule.
    """
    read, wanted, parents = read_operands(operands, operation.name)
    if params:
        name = operation.name
        params = {key: _constant(name, key, value) for key, value in params.items()}
    if not wanted:
        return _unrecorded(operation, read, params)
    if operation.ordered:
        _refuse_complex(operation.name, [read[position] for position in wanted])
    plan, arrays = plan_of(operation, wanted, len(read)), []
    for operand, kept in zip(read, plan.borrowed, strict=True):
        arrays.append(borrow(operand) if kept else look(operand))
    out = _run(operation, arrays, params)
    if out.dtype.kind not in "fc":
        return Tensor._of(out, None)
    freeze(out)
    pull = functools.partial(_pull, plan, _asked(plan, arrays, out, params))
    return Tensor._of(out, Node(operation.name, out, wanted, parents, pull))


def read_operands(operands: Sequence[Any], name: str) -> Operands:
    """Operands as Tensors, numbers and arrays; of those to be recorded the positions and nodes."""
    read, wanted, parents = [], [], []
    for position, given in enumerate(operands):
        operand = given if isinstance(given, Traced) else as_operand(given, name)
        read.append(operand)
        if isinstance(operand, Traced) and operand._node is not None:
            wanted.append(position)
            parents.append(operand._node)
    return (read, tuple(wanted), parents) if wanted and is_recording() else (read, (), [])


def _asked(plan: Plan, arrays: list[Any], out: Array, params: Mapping[str, Any]) -> list[Any]:
    """What the rules ask for, in the plan's order."""
    values = [*arrays, out]
    asked = [values[place] for place in plan.places]
    return asked + [_fact(name, arrays, params) for name in plan.facts] if plan.facts else asked


def _pull(plan: Plan, values: Sequence[Any], g: Any, lift: Lift | None) -> list[Any]:
    """Apply the rules to the cotangent `g`; `values` are what they ask for, in the plan's order."""
    if lift is not None:
        values = [*map(lift, plan.places, values), *values[len(plan.places) :]]
    elif KINDS and plan.guarded:
        given = [(rule, [g, *[values[n] for n in numbers]]) for rule, numbers in plan.rules]
        return [lazily(plan.name, rule, args) for rule, args in given]
    value, parts = values.__getitem__, []
    for rule, numbers in plan.rules:
        parts.append(rule(g, *map(value, numbers)))
    return parts


def _unrecorded(operation: Operation, operands: Sequence[Any], params: Mapping[str, Any]) -> Any:
    """The result where no gradient is wanted: an array, or a constant if there was a Tensor."""
    if not any(isinstance(operand, Traced) for operand in operands):
        return _run(operation, operands, params)
    take = borrow if operation.view else look
    return Tensor._of(_run(operation, [take(operand) for operand in operands], params), None)


def _run(operation: Operation, arrays: Sequence[Any], params: Mapping[str, Any]) -> Array:
    """The result, as an array that shares memory only with borrowed operands."""
    try:
        if type(operation.forward) is np.ufunc:
            made = operation.forward(*arrays)
            return made if type(made) is np.ndarray else as_array(made)
        if operation.view:
            return view(as_array(_forward(operation, arrays, params)))
        return own(as_array(_forward(operation, arrays, params)))
    except EinsumGradError:
        raise
    except NUMPYS as error:
        raise as_ours(error, operation.name) from error


def _forward(operation: Operation, arrays: Sequence[Any], params: Mapping[str, Any]) -> Any:
    if KINDS and operation.guarded:
        return lazily(operation.name, operation.forward, arrays, params)
    return operation.forward(*arrays, **params)


def _fact(name: str, arrays: Sequence[Any], params: Mapping[str, Any]) -> Any:
    """A parameter, or the shapes of the operands."""
    return (
        tuple(getattr(array, "shape", ()) for array in arrays)
        if name == "shapes"
        else borrow(params[name])
    )


_SIMPLE = (int, float, bool, str, slice, type(None), type(...), np.dtype)
"""Parameters that are no Tensors, nor hold any."""


def _constant(operation: str, name: str, value: Any) -> Any:
    if type(value) in _SIMPLE:
        return value
    if type(value) is tuple and all(type(part) in _SIMPLE for part in value):
        return value
    return unrecorded(value, f"{operation} has no gradient for {name}: pass {name}.data instead")


def _refuse_complex(operation: str, operands: Sequence[Traced]) -> None:
    if any(operand._array.dtype.kind == "c" for operand in operands):
        raise DTypeError(f"{operation} of complex numbers has no gradient")
