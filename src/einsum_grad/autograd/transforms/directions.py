"""The tangents that `jvp` and `hvp` are called with: last among the arguments, or at once."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from einsum_grad.autograd.tape.nodes import Array, Traced
from einsum_grad.autograd.tape.ownership import look
from einsum_grad.autograd.tape.refusals import as_operand
from einsum_grad.autograd.transforms.arguments import Argnums, Inputs, read_argnums
from einsum_grad.errors import ArgumentError, DTypeError, OperandError

ABSENT: Any = object()
"""Stands for operands and tangents that are not there at once."""

Compute = Callable[[Inputs, Sequence[Any]], tuple[Any, ...]]
"""From the arguments, and a tangent or None for each of their leaves, to derivatives."""


def along_tangents(
    fn: Callable[..., Any], compute: Compute, operands: Any, tangents: Any, argnums: Any
) -> Any:
    """The function of arguments and a tangent; its value if both are there already."""
    if tangents is not ABSENT:
        several = isinstance(operands, tuple)
        args = operands if several else (operands,)
        inputs = Argnums(not several, tuple(range(len(args)))).of(args, {})
        return compute(inputs, _directions(inputs, tangents))
    chosen = read_argnums(argnums if operands is ABSENT else operands)

    @functools.wraps(fn)
    def derived(*args: Any, **kwargs: Any) -> tuple[Any, ...]:
        if not args:
            raise ArgumentError("the tangent is the last argument, after those of the function")
        inputs = chosen.of(args[:-1], kwargs)
        return compute(inputs, _directions(inputs, args[-1]))

    return derived


def _directions(inputs: Inputs, tangents: Any) -> list[Any]:
    """A checked tangent for each leaf of the arguments, None where it does not move."""
    given = zip(inputs.leaves, inputs.match(tangents), inputs.names(), strict=True)
    return [_checked(operand, tangent, name) for operand, tangent, name in given]


def _checked(operand: Any, tangent: Any, name: str) -> Any:
    if tangent is None:
        return None
    like: Array = np.asarray(look(operand))
    read = as_operand(tangent, "a tangent")
    given: Any = read if isinstance(read, Traced) else np.asarray(read)
    if given.shape != like.shape:
        raise OperandError(f"tangent {name} has shape {given.shape}, and its operand {like.shape}")
    if not np.can_cast(given.dtype, like.dtype, "same_kind"):
        raise DTypeError(f"tangent {name} is {given.dtype}, and its operand {like.dtype}")
    return given if given.dtype == like.dtype else given.astype(like.dtype)
