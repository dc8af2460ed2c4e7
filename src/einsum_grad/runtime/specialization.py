"""A pattern compiled for one tuple of shapes and dtypes: what a call looks up and runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray

from einsum_grad.kernels.copies import copied
from einsum_grad.plan import Shape
from einsum_grad.runtime.dtypes import Array, Numbers, convert
from einsum_grad.runtime.generated.allocation import unallocated
from einsum_grad.runtime.generated.functions import Functions, Run, moves
from einsum_grad.runtime.integers import Bounds
from einsum_grad.runtime.operands.arrays import as_cotangent, as_tangents
from einsum_grad.runtime.operands.memory_layout import MemoryOrder

Gradients = tuple[Array, ...]

Saved = list[Sequence[Array]]
"""What `save` returned, as the last argument of a call; empty where there is no `save`.

A list of arrays serves one pullback, which consumes it, a tuple any number of them.
"""


@dataclass(frozen=True, slots=True)
class Specialization:
    """The generated functions, and the conversions around them for these operands.

    `plain` means no conversions: all dtypes are that of the computation, and no gradient is 0-d,
    which NumPy would return as a scalar. `large` operands in another memory order have a
    specialization of their own, which takes them with their axes in that order: `orders`. `bounds`
    check the derivatives of integers, which could wrap around.
    """

    functions: Functions
    numbers: Numbers
    shape: Shape
    wrt: tuple[int, ...]
    plain: bool
    large: bool
    orders: tuple[MemoryOrder, ...] | None = None
    bounds: Bounds | None = None

    def forward(self, arrays: Sequence[Array]) -> Any:
        """The output."""
        return self.vjp(arrays)[0]

    def vjp(self, arrays: Sequence[Array]) -> tuple[Any, Saved]:
        """The output, and what the pullback reuses."""
        save, output = self.functions["save"], self.functions["output"]
        try:
            operands = arrays if self.plain else self._computed(arrays)
            saved = [save(*operands)] if save else []
            result = output(*operands, *saved)
        except MemoryError as error:
            raise unallocated(error, len(arrays)) from error
        if self.plain:
            return result if self.shape else result[()], saved
        kept: Saved = [[_without_base(one, operands, arrays) for one in each] for each in saved]
        return self._returned(result), kept

    def pullback(self, cotangent: Any, arrays: Sequence[Array], saved: Saved | None) -> Gradients:
        """The gradients, from what `vjp` saved; the first call consumes it.

        Without it, what they share with the forward is computed again.
        """
        save, pullback = self.functions["save"], self.functions["pullback"]
        try:
            if (
                self.plain
                and type(cotangent) is ndarray
                and cotangent.shape == self.shape
                and cotangent.dtype == self.numbers.computed
                and (cotangent.flags.c_contiguous or not self.large)
            ):
                given, operands = cotangent, arrays
            else:
                given, operands = self.cotangent(cotangent), self._computed(arrays)
            if self.bounds:
                self.bounds.check_gradients(self.wrt, given, arrays)
            own = _taken(save, operands, saved) if save else ()
            return self._given_back(pullback(given, *operands, *own))
        except MemoryError as error:
            raise unallocated(error, len(arrays)) from error

    def together(self, cotangent: Any, arrays: Sequence[Array]) -> tuple[Any, Gradients]:
        """The output and the gradients, in one pass where the module has one."""
        both = self.functions["value_and_gradients"]
        if both is None:
            output, saved = self.vjp(arrays)
            return output, self.pullback(cotangent, arrays, saved)
        try:
            output, gradients = both(self.cotangent(cotangent), *self._computed(arrays))
            return self._returned(output), self._given_back(gradients)
        except MemoryError as error:
            raise unallocated(error, len(arrays)) from error

    def backward(self, cotangent: Any, arrays: Sequence[Array]) -> Gradients:
        """The gradients; what they share with the forward is recomputed."""
        return self.pullback(cotangent, arrays, None)

    def jvp(self, arrays: Sequence[Array], tangents: Sequence[Any]) -> tuple[Any, Any]:
        """The output and its tangent."""
        given, result = self._tangents(arrays, tangents), self.numbers.result
        run = self.functions["jvp", *given]
        try:
            if self.bounds:
                self.bounds.check_tangent(arrays, given)
            output, *moved = run(*self._computed(arrays), *given.values())
            tangent = np.asarray(moved[0]) if moved else np.zeros(self.shape, result)
        except MemoryError as error:
            raise unallocated(error, len(arrays)) from error
        return self._returned(output), self._returned(convert(tangent, result, "the tangent"))

    def hvp(
        self, arrays: Sequence[Array], tangents: Sequence[Any], cotangent: Any
    ) -> tuple[Gradients, Gradients]:
        """The gradients, and their derivatives along the tangents."""
        given = self._tangents(arrays, tangents)
        run = self.functions["hvp", *given]
        try:
            weights = self.cotangent(cotangent)
            if self.bounds:
                self.bounds.check_gradients(self.wrt, weights, arrays)
                self.bounds.check_products(self.wrt, weights, arrays, given)
            results = run(weights, *self._computed(arrays), *given.values())
        except MemoryError as error:
            raise unallocated(error, len(arrays)) from error
        gradients, moved = results[: len(self.wrt)], iter(results[len(self.wrt) :])
        products = tuple(
            next(moved) if moves(operand, given) else np.zeros(gradient.shape, gradient.dtype)
            for operand, gradient in zip(self.wrt, gradients, strict=True)
        )
        return self._given_back(gradients), self._given_back(products, "the product beside ")

    def cotangent(self, cotangent: Any) -> Array:
        """`cotangent` as an array that a pullback takes; raises an error if it doesn't fit."""
        given = as_cotangent(cotangent, self.shape, self.numbers.computed)
        return _in_rows(given) if self.large and len(self.numbers.operands) > 1 else given

    def _tangents(self, arrays: Sequence[Array], tangents: Sequence[Any]) -> dict[int, Array]:
        """The tangents of the operands that move, in the dtype of the computation."""
        moving, computed = as_tangents(arrays, tangents), self.numbers.computed
        return {n: convert(given, computed, f"tangent {n}") for n, given in moving.items()}

    def _computed(self, arrays: Sequence[Array]) -> Sequence[Array]:
        """The operands in the dtype of the computation."""
        if self.plain:
            return arrays
        return [array.astype(self.numbers.computed, copy=False) for array in arrays]

    def _returned(self, output: Any) -> Any:
        """The output in the dtype of the result; without axes a scalar."""
        if output.dtype != self.numbers.result:
            output = output.astype(self.numbers.result)
        return output if self.shape else output[()]

    def _given_back(self, gradients: Gradients, what: str = "") -> Gradients:
        """The gradients in the dtypes of the operands, and with their axes in their order."""
        if not self.plain:
            dtypes, name = self.numbers.operands, f"{what}the gradient of operand"
            gradients = tuple(
                convert(np.asarray(gradient), dtypes[operand], f"{name} {operand}")
                for operand, gradient in zip(self.wrt, gradients, strict=True)
            )
        if self.orders is None:
            return gradients
        pairs = zip(self.wrt, gradients, strict=True)
        return tuple(gradient.transpose(np.argsort(self.orders[n])) for n, gradient in pairs)


def _taken(save: Run, operands: Sequence[Array], saved: Saved | None) -> Saved:
    """What a pullback may consume; a second call recomputes it, and then it stays.

    `pop` is atomic: of two threads only one gets what was saved.
    """
    if saved is None:
        return [save(*operands)]
    try:
        found = saved.pop()
    except IndexError:
        found = tuple(save(*operands))
    if type(found) is tuple:
        saved.append(found)
        found = list(found)
    return [found]


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
