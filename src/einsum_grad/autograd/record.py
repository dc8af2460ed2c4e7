"""Running a primitive on its operands, and keeping what its VJP rules will need."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from einsum_grad.autograd.mode import is_recording
from einsum_grad.autograd.ownership import borrow, look, own
from einsum_grad.autograd.refusals import as_operand, run
from einsum_grad.autograd.tape import Array, Lift, Node, Traced, wanted_positions
from einsum_grad.autograd.tensor import Tensor
from einsum_grad.errors import AutogradError, DTypeError

if TYPE_CHECKING:
    from einsum_grad.autograd.primitive import Primitive, Rule


@dataclass(frozen=True, slots=True)
class Residual:
    """What a recorded primitive keeps: what the rules of its wanted operands ask for."""

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


def record(primitive: Primitive, operands: Sequence[Any], params: Mapping[str, Any]) -> Any:
    """Run `primitive`; with a Tensor among the operands the result is a Tensor.

    Raises `AutogradError` where a gradient is wanted for an operand that has no rule.
    """
    operands = [as_operand(operand, primitive.name) for operand in operands]
    params = {name: _constant(primitive.name, name, value) for name, value in params.items()}
    if not any(isinstance(operand, Traced) for operand in operands):
        return run(primitive.name, primitive.forward, operands, params)
    wanted = wanted_positions(operands) if is_recording() else ()
    if primitive.ordered:
        _refuse_complex(primitive.name, [operands[position] for position in wanted])
    rules, asked = _plan(primitive, wanted)
    names = primitive.names(len(operands))
    arrays = [
        borrow(operand) if primitive.view or name in asked else look(operand)
        for name, operand in zip(names, operands, strict=True)
    ]
    out = _run(primitive, arrays, params)
    if not wanted or out.dtype.kind not in "fc":
        return Tensor._of(out, None)
    out.flags.writeable = False
    values = dict(zip((*names, "out"), (*arrays, out), strict=True))
    facts = {**params, "shapes": tuple(map(np.shape, arrays)) if "shapes" in asked else ()}
    residual = Residual(
        rules,
        primitive.places,
        {name: value for name, value in values.items() if name in asked},
        {name: borrow(fact) for name, fact in facts.items() if name in asked},
    )
    parents = [operands[position]._node for position in wanted]
    return Tensor._of(out, Node(primitive.name, out, wanted, parents, residual))


def _run(primitive: Primitive, arrays: Sequence[Any], params: Mapping[str, Any]) -> Array:
    """The result, as an array that is shared with nothing but borrowed operands."""
    if primitive.view:
        return np.asarray(run(primitive.name, primitive.forward, arrays, params)).view()
    return own(np.asarray(run(primitive.name, primitive.forward, arrays, params)))


@functools.lru_cache(maxsize=1024)
def _plan(
    primitive: Primitive, wanted: tuple[int, ...]
) -> tuple[Mapping[int, Rule], frozenset[str]]:
    """The rules of the wanted operands, and everything that they ask for."""
    rules = {position: primitive.rule(position) for position in wanted}
    return rules, frozenset(name for rule in rules.values() for name in rule.asks)


def _constant(primitive: str, name: str, value: Any) -> Any:
    if isinstance(value, Traced) and value._node is not None and is_recording():
        raise AutogradError(f"{primitive} has no gradient for {name}: pass {name}.data instead")
    return look(value)


def _refuse_complex(primitive: str, operands: Sequence[Traced]) -> None:
    if any(operand._data.dtype.kind == "c" for operand in operands):
        raise DTypeError(f"{primitive} of complex numbers has no gradient")
