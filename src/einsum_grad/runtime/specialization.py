"""A pattern compiled for one tuple of shapes and dtypes: what a call looks up and runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray

from einsum_grad.errors import DTypeError, OperandError
from einsum_grad.kernels.copies import copied
from einsum_grad.runtime.allocation import unallocated
from einsum_grad.runtime.dtypes import Array, DType, Numbers, convert
from einsum_grad.runtime.load import Loaded
from einsum_grad.runtime.memory_layout import MemoryOrder
from einsum_grad.runtime.subclasses import check_plain

Saved = list[Sequence[Array]]
"""What `save` returned, as the last argument of a call; empty where there is no `save`.

A list of arrays serves one pullback, which consumes it, a tuple any number of them.
"""


@dataclass(frozen=True, slots=True)
class Variant:
    """The generated functions, and the conversions around them for these operands.

    `plain` means no conversions: all dtypes are that of the computation, and no gradient is 0-d,
    which NumPy would return as a scalar. `large` operands in another memory order have a variant of
    their own, which takes them with their axes in that order: `orders`.
    """

    loaded: Loaded
    numbers: Numbers
    names: tuple[str, ...]
    shape: tuple[int, ...]
    wrt: tuple[int, ...]
    plain: bool
    large: bool
    orders: tuple[MemoryOrder, ...] | None = None

    def forward(self, arrays: Sequence[Array]) -> Any:
        """The output."""
        return self.vjp(arrays)[0]

    def vjp(self, arrays: Sequence[Array]) -> tuple[Any, Saved]:
        """The output, and what the pullback reuses."""
        loaded = self.loaded
        try:
            operands = arrays if self.plain else self._computed(arrays)
            saved = [loaded.save(*operands)] if loaded.save else []
            output = loaded.output(*operands, *saved)
        except MemoryError as error:
            raise unallocated(error, len(arrays)) from error
        if not self.numbers.uniform:
            saved = [[_without_base(one, operands, arrays) for one in kept] for kept in saved]
        if not self.plain:
            return self._returned(output), saved
        return output if self.shape else output[()], saved

    def pullback(self, cotangent: Any, arrays: Sequence[Array], saved: Saved) -> tuple[Array, ...]:
        """The gradients, from what `vjp` saved; the first call consumes it."""
        try:
            if (
                self.plain
                and type(cotangent) is ndarray
                and cotangent.shape == self.shape
                and cotangent.dtype == self.numbers.computed
                and (cotangent.flags.c_contiguous or not self.large)
            ):
                own = self._taken(arrays, saved) if self.loaded.save else ()
                gradients: tuple[Array, ...] = self.loaded.pullback(cotangent, *arrays, *own)
                return gradients if self.orders is None else self._in_place(gradients)
            given, operands = self.cotangent(cotangent), self._computed(arrays)
            own = self._taken(operands, saved) if self.loaded.save else ()
            found = self._given_back(self.loaded.pullback(given, *operands, *own))
            return found if self.orders is None else self._in_place(found)
        except MemoryError as error:
            raise unallocated(error, len(arrays)) from error

    def together(self, cotangent: Any, arrays: Sequence[Array]) -> tuple[Any, tuple[Array, ...]]:
        """The output and the gradients, in one pass where the module has one."""
        if self.loaded.together is None:
            output, saved = self.vjp(arrays)
            return output, self.pullback(cotangent, arrays, saved)
        try:
            given = self.cotangent(cotangent)
            output, gradients = self.loaded.together(given, *self._computed(arrays))
            found = gradients if self.plain else self._given_back(gradients)
        except MemoryError as error:
            raise unallocated(error, len(arrays)) from error
        return self._returned(output), found if self.orders is None else self._in_place(found)

    def backward(self, cotangent: Any, arrays: Sequence[Array]) -> tuple[Array, ...]:
        """The gradients; what they share with the forward is recomputed."""
        save = self.loaded.save
        try:
            given = self.cotangent(cotangent)
            saved = [save(*self._computed(arrays))] if save else []
        except MemoryError as error:
            raise unallocated(error, len(arrays)) from error
        return self.pullback(given, arrays, saved)

    def _taken(self, operands: Sequence[Array], saved: Saved) -> Saved:
        """What a pullback may consume; a second call recomputes it, and then it stays.

        `pop` is atomic: of two threads only one gets what was saved.
        """
        assert self.loaded.save is not None
        try:
            found = saved.pop()
        except IndexError:
            found = tuple(self.loaded.save(*operands))
        if type(found) is tuple:
            saved.append(found)
            found = list(found)
        return [found]

    def _computed(self, arrays: Sequence[Array]) -> Sequence[Array]:
        if self.numbers.uniform:
            return arrays
        return [array.astype(self.numbers.computed, copy=False) for array in arrays]

    def _in_place(self, gradients: Sequence[Array]) -> tuple[Array, ...]:
        """The gradients with their axes in the order of the operands'."""
        assert self.orders is not None
        return tuple(
            gradient.transpose(np.argsort(self.orders[operand]))
            for operand, gradient in zip(self.wrt, gradients, strict=True)
        )

    def _returned(self, output: Any) -> Any:
        if output.dtype != self.numbers.result:
            output = output.astype(self.numbers.result)
        return output if self.shape else output[()]

    def cotangent(self, cotangent: Any) -> Array:
        """`cotangent` as an array that a pullback takes; raises an error if it doesn't fit."""
        given = as_array(cotangent, "the cotangent")
        if given.shape != self.shape:
            raise OperandError(
                f"the cotangent has shape {given.shape}, and the output {self.shape}"
            )
        converted = convert_cotangent(given, self.numbers.computed)
        return _in_rows(converted) if self.large and len(self.names) > 1 else converted

    def _given_back(self, gradients: Sequence[Any]) -> tuple[Array, ...]:
        return tuple(
            convert(np.asarray(gradient), self.numbers.operands[operand], self.names[operand])
            for operand, gradient in zip(self.wrt, gradients, strict=True)
        )


def as_array(value: Any, name: str) -> Array:
    """`value` as an array; raises `OperandError` for what can't be one, such as a ragged list.

    Raises `DTypeError` for what means more than its numbers, as `check_plain` does. A torch tensor
    that requires a gradient raises RuntimeError.
    """
    if type(value) is ndarray:
        return value
    check_plain(value, name)
    try:
        array = np.asarray(value)
    except (TypeError, ValueError, RuntimeError, OverflowError) as error:
        raise OperandError(f"{name} can't be made an array: {error}") from error
    if array.dtype == object and array.shape != getattr(value, "shape", array.shape):
        raise OperandError(
            f"{name} is a {type(value).__name__}, which NumPy takes for one object; make it an "
            "array first, as with toarray()"
        )
    return array


def _without_base(kept: Array, operands: Sequence[Array], arrays: Sequence[Array]) -> Array:
    """`kept`, or a copy if it is a view of a converted operand, which it would keep alive.

    A diagonal is such a view, small compared with the array.
    """
    made = (one for one, given in zip(operands, arrays, strict=True) if one is not given)
    return kept.copy() if any(kept.base is one for one in made) else kept


def _in_rows(cotangent: Array) -> Array:
    """`cotangent`, or a contiguous copy; broadcast views stay as they are."""
    if cotangent.flags.c_contiguous or 0 in cotangent.strides:
        return cotangent
    return copied(cotangent)


def convert_cotangent(given: Array, dtype: DType) -> Array:
    """`given` in the dtype of the computation; a complex one for a real output is refused."""
    if given.dtype == dtype:
        return given
    if given.dtype.kind not in "biufc" or (given.dtype.kind == "c" and dtype.kind != "c"):
        raise DTypeError(f"the cotangent has dtype {given.dtype}, and the output is {dtype}")
    return convert(given, dtype, "the cotangent")
