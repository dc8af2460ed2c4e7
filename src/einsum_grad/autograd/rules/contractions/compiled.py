"""Compiled functions of Tensors: outputs, gradients and tangents are recorded einsums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from einsum_grad.autograd.rules.contractions.contract import bound, run_recorded, swapped
from einsum_grad.autograd.tape.fit import fit
from einsum_grad.autograd.tape.nodes import Array, DType, Shape, Traced
from einsum_grad.autograd.tape.ownership import borrow, look
from einsum_grad.autograd.tape.refusals import as_operand
from einsum_grad.autograd.tape.unrecorded import is_recorded
from einsum_grad.autograd.tensor.tensor import Tensor
from einsum_grad.errors import DTypeError, OperandError
from einsum_grad.functions import Function, compiled
from einsum_grad.plan import Request
from einsum_grad.runtime import Arguments, as_arrays, as_tangents, register_kind


@dataclass(frozen=True, slots=True)
class RecordedCalls:
    """Calls of one pattern with Tensors among operands, tangents or the cotangent.

    Where nothing is recorded, they run on the values and return Tensors.
    """

    arguments: Arguments
    conj: bool

    def forward(self, operands: Sequence[Any]) -> Any:
        """The output, recorded for each operand that requires a gradient, in `wrt` or not."""
        return _tensor(run_recorded(self.arguments, _read(operands)))

    def vjp(self, operands: Sequence[Any]) -> tuple[Any, None]:
        """The output; the gradients need the operands alone."""
        return self.forward(operands), None

    def pullback(self, cotangent: Any, operands: Sequence[Any], saved: Any) -> tuple[Any, ...]:
        """The gradients."""
        return self.backward(cotangent, operands)

    def together(self, cotangent: Any, operands: Sequence[Any]) -> tuple[Any, tuple[Any, ...]]:
        """The output and the gradients."""
        return self.forward(operands), self.backward(cotangent, operands)

    def backward(self, cotangent: Any, operands: Sequence[Any]) -> tuple[Any, ...]:
        """The gradients: einsums of the cotangent and the other operands."""
        if not any(map(is_recorded, (cotangent, *operands))):
            plain = self._plain.backward(*map(borrow, (cotangent, *operands)), conj=self.conj)
            return tuple(map(_tensor, plain))
        swap = self._swap(cotangent, operands)
        return tuple(swap.gradient(position, swap.operands) for position in self._plain.wrt)

    def jvp(self, operands: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
        """The output, and the sum of the outputs with one tangent in its operand's place."""
        if not any(map(is_recorded, (*operands, *tangents))):
            plain, along = self._plain.jvp([*map(borrow, operands)], [*map(borrow, tangents)])
            return _tensor(plain), _tensor(along)
        given = _read(operands)
        out = self.forward(given)
        moving = _moving(given, tangents, out.dtype)
        parts = [self.forward(_put(given, n, tangent)) for n, tangent in moving.items()]
        return out, sum(parts[1:], start=parts[0]) if parts else _zeros(out)

    def hvp(
        self, operands: Sequence[Any], tangents: Sequence[Any], cotangent: Any
    ) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        """The gradients, and their sums with one tangent in its operand's place."""
        if not any(map(is_recorded, (*operands, *tangents, cotangent))):
            given, along = [*map(borrow, operands)], [*map(borrow, tangents)]
            plain = self._plain.hvp(given, along, borrow(cotangent), conj=self.conj)
            return tuple(map(_tensor, plain[0])), tuple(map(_tensor, plain[1]))
        swap = self._swap(cotangent, operands)
        moving = _moving(swap.operands, tangents, swap.g.dtype)
        wrt = self._plain.wrt
        gradients = tuple(swap.gradient(position, swap.operands) for position in wrt)
        return gradients, tuple(map(swap.product, wrt, gradients, [moving] * len(wrt)))

    @property
    def _plain(self) -> Function:
        return compiled(self.arguments)

    def _swap(self, cotangent: Any, operands: Sequence[Any]) -> Swap:
        given = _read(operands)
        asked = bound(self.arguments, given)
        sizes = dict(asked.sizes)
        shape = tuple(sizes.get(label, 1) for label in asked.pattern.output)
        dtype = np.result_type(*(operand.dtype for operand in given))
        return Swap(asked, given, _cotangent(cotangent, shape, dtype), self.conj)


@dataclass(frozen=True, slots=True)
class Swap:
    """What gradients are computed from: the pattern, the operands, and the cotangent."""

    asked: Request
    operands: Sequence[Any]
    g: Any
    conj: bool

    def gradient(self, position: int, operands: Sequence[Any]) -> Any:
        """The gradient of the operand at `position` where the others are as in `operands`."""
        like = self.operands[position]
        if like.dtype.kind not in "fc":
            raise DTypeError(
                f"operand {position} has dtype {like.dtype}, which no recorded gradient can have: "
                "convert it to floating point, or leave it out of wrt"
            )
        found = swapped(self.asked, operands, self.g, position, self.conj)
        return _tensor(fit(found, like.shape, like.dtype, f"einsum {str(self.asked.pattern)!r}"))

    def product(self, position: int, gradient: Any, moving: Mapping[int, Any]) -> Any:
        """The derivative of a gradient along the tangents of the other operands."""
        parts = [
            self.gradient(position, _put(self.operands, n, tangent))
            for n, tangent in moving.items()
            if n != position
        ]
        return sum(parts[1:], start=parts[0]) if parts else _zeros(gradient)


def _read(operands: Sequence[Any]) -> list[Any]:
    """The operands as Tensors and arrays."""
    read = (as_operand(operand, f"operand {n}") for n, operand in enumerate(operands))
    return [operand if isinstance(operand, Traced) else np.asarray(operand) for operand in read]


def _tensor(value: Any) -> Tensor:
    if isinstance(value, Tensor):
        return value
    return Tensor._of(np.asarray(value), None)


def _zeros(like: Any) -> Tensor:
    return Tensor._of(np.zeros(like.shape, like.dtype), None)


def _put(operands: Sequence[Any], position: int, operand: Any) -> list[Any]:
    return [*operands[:position], operand, *operands[position + 1 :]]


def _moving(operands: Sequence[Any], tangents: Sequence[Any], dtype: DType) -> dict[int, Any]:
    """The tangents that are not None, checked as those of arrays are, in the output's dtype."""
    moving = as_tangents(as_arrays([*map(look, operands)]), [*map(look, tangents)])
    return {n: _cast(tangents[n], array, dtype) for n, array in moving.items()}


def _cotangent(cotangent: Any, shape: Shape, dtype: DType) -> Any:
    read = as_operand(cotangent, "the cotangent")
    array = np.asarray(look(read))
    if array.shape != shape:
        raise OperandError(f"the cotangent has shape {array.shape}, and the output {shape}")
    if array.dtype.kind == "c" and dtype.kind != "c":
        raise DTypeError(f"the cotangent has dtype {array.dtype}, and the output is {dtype}")
    return _cast(read, array, dtype)


def _cast(value: Any, array: Array, dtype: DType) -> Any:
    """`value`, whose values are `array`, in another dtype; a Tensor stays one."""
    given: Any = value if isinstance(value, Traced) else array
    return given.astype(dtype)


register_kind(Traced, RecordedCalls)
