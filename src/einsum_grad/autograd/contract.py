"""Recording an einsum: the compiled pattern runs, and its pullback is what goes back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from einsum_grad.autograd.mode import is_recording
from einsum_grad.autograd.ownership import borrow
from einsum_grad.autograd.refusals import as_operand
from einsum_grad.autograd.tape import Array, Lift, Node, Traced, wanted_positions
from einsum_grad.autograd.tensor import Tensor
from einsum_grad.plan import AUTO, Order, Request, request
from einsum_grad.runtime import compile

Sizes = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Contraction:
    """What a recorded einsum keeps: the pullback, and the operands to make a new pattern of."""

    pattern: str
    notation: str
    sizes: Sizes
    optimize: Order
    wanted: tuple[int, ...]
    arrays: Sequence[Array]
    pullback: Callable[[Any], Sequence[Array]]

    def __call__(self, g: Any, lift: Lift) -> Sequence[Any]:
        """Run the pullback; where the pass is recorded, run the swapped patterns as einsums."""
        if not isinstance(g, Traced):
            return self.pullback(g)
        shapes = [array.shape for array in self.arrays]
        asked = request(self.pattern, notation=self.notation, sizes=dict(self.sizes), shapes=shapes)
        operands = [lift(position, array) for position, array in enumerate(self.arrays)]
        # A path is one for these operands: with the cotangent among them, another may be cheap.
        order = AUTO if isinstance(self.optimize, tuple) else self.optimize
        return [_gradient(asked, operands, g, position, order) for position in self.wanted]


def contract(
    pattern: str,
    operands: Sequence[Any],
    sizes: Sizes = (),
    notation: str = "letters",
    optimize: Order = AUTO,
) -> Any:
    """Run a generalised pattern, and record it if an operand requires a gradient.

    `optimize` is the order of contraction, which the pullback shares. With a Tensor among the
    operands the result is a Tensor, else an array.
    """
    operands = [as_operand(operand, "einsum") for operand in operands]
    wanted = wanted_positions(operands) if is_recording() else ()
    function = compile(pattern, wanted, notation, dict(sizes), optimize=optimize)
    if not wanted:
        return _constant(function, operands)
    arrays = [np.asarray(borrow(operand)) for operand in operands]
    out, pullback = function.vjp(*arrays)
    out = np.asarray(out).view()
    out.flags.writeable = False
    residual = Contraction(pattern, notation, sizes, optimize, wanted, arrays, pullback)
    parents = [operands[position]._node for position in wanted]
    return Tensor._of(out, Node(f"einsum {pattern!r}", out, wanted, parents, residual))


def _constant(function: Callable[..., Any], operands: Sequence[Any]) -> Any:
    """The result where nothing is recorded; that of a single operand may be a view of it."""
    out = function(*(borrow(x) if isinstance(x, Traced) else x for x in operands))
    traced = any(isinstance(operand, Traced) for operand in operands)
    return Tensor._of(np.asarray(out), None) if traced else out


def _gradient(asked: Request, operands: Sequence[Any], g: Any, position: int, order: Order) -> Any:
    """The gradient of one operand: an einsum of the cotangent and the other operands."""
    factors = [np.conjugate(x) if np.iscomplexobj(x) else x for x in operands]
    factors[position] = g
    pattern = asked.pattern.swap(position).with_labelled_units()
    names = {label: f"L{number}" for number, label in enumerate(pattern.labels())}
    sizes = {**dict.fromkeys(names, 1), **dict(asked.sizes)}
    only = set(pattern.output).difference(pattern.input_labels())
    known = tuple(sorted((names[label], sizes[label]) for label in only))
    return contract(str(pattern.rename(names)), factors, known, "named", order)
