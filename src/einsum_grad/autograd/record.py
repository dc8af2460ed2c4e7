"""Run an operation on its operands, and keep what its VJP rules will need."""

from __future__ import annotations

import functools
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from einsum_grad.autograd.mode import is_recording
from einsum_grad.autograd.operation import Operation, Rule
from einsum_grad.autograd.ownership import borrow, look, own
from einsum_grad.autograd.refusals import as_operand, run
from einsum_grad.autograd.tape import Array, Lift, Node, Traced, wanted_positions
from einsum_grad.autograd.tensor import Tensor
from einsum_grad.autograd.unrecorded import unrecorded
from einsum_grad.errors import DTypeError


@dataclass(frozen=True, slots=True)
class Residual:
    """What a recorded operation keeps: whatever the rules of its wanted operands ask for."""

    rules: Mapping[int, Rule]
    places: Mapping[str, int]
    arrays: Mapping[str, Array]
    facts: Mapping[str, Any]

    def __call__(self, g: Any, lift: Lift) -> list[Any]:
        """Apply the rules to the cotangent `g` of the result."""
        arrays = {name: lift(self.places[name], array) for name, array in self.arrays.items()}
        return [
            rule.apply(g, {"position": position, **self.facts, **arrays})
            for position, rule in self.rules.items()
        ]


def record(operation: Operation, operands: Sequence[Any], params: Mapping[str, Any]) -> Any:
    """Run `operation`; with a Tensor among the operands the result is a Tensor.

    Raises `AutogradError` where a gradient is wanted for an operand that has no rule.
    """
    operands = [as_operand(operand, operation.name) for operand in operands]
    params = {name: _constant(operation.name, name, value) for name, value in params.items()}
    if not any(isinstance(operand, Traced) for operand in operands):
        return run(operation.name, operation.forward, operands, params)
    wanted = wanted_positions(operands) if is_recording() else ()
    if operation.ordered:
        _refuse_complex(operation.name, [operands[position] for position in wanted])
    rules, asked = _rules(operation, wanted)
    arrays = _arrays(operation, operands, asked)
    out = _run(operation, arrays, params)
    if not wanted or out.dtype.kind not in "fc":
        return Tensor._of(out, None)
    out.flags.writeable = False
    kept = _kept(operation, asked, [*arrays, out])
    residual = Residual(rules, operation.places, kept, _facts(asked, arrays, params))
    parents = [operands[position]._node for position in wanted]
    return Tensor._of(out, Node(operation.name, out, wanted, parents, residual))


@functools.lru_cache(maxsize=1024)
def _rules(
    operation: Operation, wanted: tuple[int, ...]
) -> tuple[Mapping[int, Rule], frozenset[str]]:
    """The rules of the wanted operands, and everything that they ask for."""
    rules = {position: operation.rule(position) for position in wanted}
    return rules, frozenset(name for rule in rules.values() for name in rule.asks)


def _arrays(operation: Operation, operands: Sequence[Any], asked: Container[str]) -> list[Any]:
    """The operands' values: borrowed where a rule asks for them, else only looked at."""
    return [
        borrow(operand) if operation.view or name in asked else look(operand)
        for name, operand in zip(operation.names(len(operands)), operands, strict=True)
    ]


def _run(operation: Operation, arrays: Sequence[Any], params: Mapping[str, Any]) -> Array:
    """The result, as an array that shares memory only with borrowed operands."""
    if operation.view:
        return np.asarray(run(operation.name, operation.forward, arrays, params)).view()
    return own(np.asarray(run(operation.name, operation.forward, arrays, params)))


def _kept(operation: Operation, asked: Container[str], values: Sequence[Any]) -> dict[str, Any]:
    names = (*operation.names(len(values) - 1), "out")
    return {name: value for name, value in zip(names, values, strict=True) if name in asked}


def _facts(
    asked: Container[str], arrays: Sequence[Any], params: Mapping[str, Any]
) -> dict[str, Any]:
    facts = {name: borrow(value) for name, value in params.items() if name in asked}
    if "shapes" in asked:
        facts["shapes"] = tuple(map(np.shape, arrays))
    return facts


def _constant(operation: str, name: str, value: Any) -> Any:
    return unrecorded(value, f"{operation} has no gradient for {name}: pass {name}.data instead")


def _refuse_complex(operation: str, operands: Sequence[Traced]) -> None:
    if any(operand._array.dtype.kind == "c" for operand in operands):
        raise DTypeError(f"{operation} of complex numbers has no gradient")
