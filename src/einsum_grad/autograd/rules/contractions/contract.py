"""Recording an einsum: the compiled pattern runs forward, and its pullback backward."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from einsum_grad.autograd.tape.mode import is_recording
from einsum_grad.autograd.tape.nodes import Array, Lift, Node, Traced, wanted_positions
from einsum_grad.autograd.tape.ownership import borrow
from einsum_grad.autograd.tape.refusals import as_operand
from einsum_grad.autograd.tensor.tensor import Tensor
from einsum_grad.functions import compiled
from einsum_grad.plan import AUTO, Order, Request, request
from einsum_grad.runtime import Arguments

Sizes = tuple[tuple[str, int], ...]


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
    read = [x if isinstance(x, Traced) else as_operand(x, "einsum") for x in operands]
    wanted = wanted_positions(read) if is_recording() else ()
    arguments = Arguments(pattern, wanted, notation, sizes or None, optimize=optimize)
    return _run(arguments, read, wanted)


def run_recorded(arguments: Arguments, operands: Sequence[Any]) -> Any:
    """`contract` of operands already read; whatever `wrt` says, all that require it record."""
    wanted = wanted_positions(operands) if is_recording() else ()
    return _run(arguments._replace(wrt=wanted), operands, wanted)


def _run(arguments: Arguments, operands: Sequence[Any], wanted: tuple[int, ...]) -> Any:
    """Run the compiled function; record its pullback for the operands `wanted`, which are `wrt`."""
    function = compiled(arguments)
    if not wanted:
        return _constant(function, operands)
    arrays = [
        x._array if isinstance(x, Traced) and x._lent else np.asarray(borrow(x)) for x in operands
    ]
    out, pullback = function.vjp(*arrays)
    out = np.asarray(out).view()
    out.setflags(write=False)
    parents = [operands[position]._node for position in wanted]
    pull = functools.partial(_pull, arguments, arrays, wanted, pullback)
    name = f"einsum {getattr(arguments.pattern, 'text', arguments.pattern)!r}"
    return Tensor._of(out, Node(name, out, wanted, parents, pull))


def _pull(
    arguments: Arguments,
    arrays: Sequence[Array],
    wanted: Sequence[int],
    pullback: Callable[[Any], Sequence[Array]],
    g: Any,
    lift: Lift | None,
) -> Sequence[Any]:
    """Run the pullback; where the pass is recorded, run the swapped patterns as einsums."""
    if lift is None:
        return pullback(g)
    asked = bound(arguments, arrays)
    operands = [lift(position, array) for position, array in enumerate(arrays)]
    return [swapped(asked, operands, g, position) for position in wanted]


def _constant(function: Callable[..., Any], operands: Sequence[Any]) -> Any:
    """The result where nothing is recorded; that of a single operand may be a view of it."""
    out = function(*(borrow(x) if isinstance(x, Traced) else x for x in operands))
    traced = any(isinstance(operand, Traced) for operand in operands)
    return Tensor._of(np.asarray(out), None) if traced else out


def bound(arguments: Arguments, operands: Sequence[Any]) -> Request:
    """The pattern of `arguments`, bound to the shapes of `operands`."""
    pattern, notation, order = arguments.pattern, arguments.notation, arguments.optimize
    known = dict(arguments.sizes or ())
    # Sizes of other labels only chose an order; the operands' may differ.
    only = request(pattern, (), notation, known).pattern.output_sizes(known)
    shapes = [operand.shape for operand in operands]
    # A path is for these operands: with a cotangent among them, another may be cheaper.
    optimize = AUTO if isinstance(order, tuple) else order
    return request(pattern, (), notation, only, shapes, optimize)


def swapped(
    asked: Request, operands: Sequence[Any], g: Any, position: int, conj: bool = True
) -> Any:
    """The gradient of one operand: an einsum of the cotangent and the other operands."""
    factors = [np.conjugate(x) if conj and np.iscomplexobj(x) else x for x in operands]
    factors[position] = g
    pattern = asked.pattern.swap(position).with_labelled_units()
    names = {label: f"L{number}" for number, label in enumerate(pattern.labels())}
    sizes = {**dict.fromkeys(names, 1), **dict(asked.sizes)}
    only = set(pattern.output).difference(pattern.input_labels())
    known = tuple(sorted((names[label], sizes[label]) for label in only))
    return contract(str(pattern.rename(names)), factors, known, "named", asked.order)
