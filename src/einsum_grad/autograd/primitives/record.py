"""Run an operation on its operands, and keep what its VJP rules will need."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from einsum_grad.autograd.primitives.operation import Operation, Plan, plan_of
from einsum_grad.autograd.tape.mode import is_recording
from einsum_grad.autograd.tape.nodes import Array, Lift, Node, Traced
from einsum_grad.autograd.tape.ownership import borrow, look, own
from einsum_grad.autograd.tape.refusals import NUMPYS, as_operand, as_ours, run
from einsum_grad.autograd.tape.unrecorded import unrecorded
from einsum_grad.autograd.tensor.tensor import Tensor
from einsum_grad.errors import DTypeError, EinsumGradError


def record(operation: Operation, operands: Sequence[Any], params: Mapping[str, Any]) -> Any:
    """Run `operation`; with a Tensor among the operands the result is a Tensor.

    Raises `AutogradError` where a gradient is wanted for an operand that has no rule.
    """
    name = operation.name
    read = [x if isinstance(x, Traced) else as_operand(x, name) for x in operands]
    if params:
        params = {key: _constant(name, key, value) for key, value in params.items()}
    wanted = [n for n, x in enumerate(read) if isinstance(x, Traced) and x._node is not None]
    if wanted and is_recording():
        return _recorded(operation, read, params, wanted)
    return _unrecorded(operation, read, params)


def _recorded(
    operation: Operation, operands: list[Any], params: Mapping[str, Any], wanted: list[int]
) -> Tensor:
    """The result, recorded for the operands at the positions `wanted`."""
    if operation.ordered:
        _refuse_complex(operation.name, [operands[position] for position in wanted])
    plan = plan_of(operation, tuple(wanted), len(operands))
    arrays = [
        x._array if isinstance(x, Traced) and x._lent else borrow(x) if kept else look(x)
        for x, kept in zip(operands, plan.borrowed, strict=True)
    ]
    out = _run(operation, arrays, params)
    if out.dtype.kind not in "fc":
        return Tensor._of(out, None)
    out.setflags(write=False)
    values = [*arrays, out]
    values = [values[place] for place in plan.places]
    if plan.facts:
        values += [_fact(fact, arrays, params) for fact in plan.facts]
    parents = [operands[position]._node for position in wanted]
    pull = functools.partial(_pull, plan, values)
    return Tensor._of(out, Node(operation.name, out, wanted, parents, pull))


def _pull(plan: Plan, values: Sequence[Any], g: Any, lift: Lift | None) -> list[Any]:
    """Apply the rules to the cotangent `g`; `values` are what they ask for, in the plan's order."""
    if lift is not None:
        values = [*map(lift, plan.places, values), *values[len(plan.places) :]]
    return [rule(g, *[values[n] for n in numbers]) for rule, numbers in plan.rules]


def _unrecorded(operation: Operation, operands: Sequence[Any], params: Mapping[str, Any]) -> Any:
    """The result where no gradient is wanted: an array, or a constant if there was a Tensor."""
    if not any(isinstance(operand, Traced) for operand in operands):
        return run(operation.name, operation.forward, operands, params)
    take = borrow if operation.view else look
    return Tensor._of(_run(operation, [take(operand) for operand in operands], params), None)


def _run(operation: Operation, arrays: Sequence[Any], params: Mapping[str, Any]) -> Array:
    """The result, as an array that shares memory only with borrowed operands."""
    try:
        if type(operation.forward) is np.ufunc:
            return np.asarray(operation.forward(*arrays))
        if operation.view:
            return np.asarray(operation.forward(*arrays, **params)).view()
        return own(np.asarray(operation.forward(*arrays, **params)))
    except EinsumGradError:
        raise
    except NUMPYS as error:
        raise as_ours(error, operation.name) from error


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
