"""Integers: derivatives are computed in 64 bits, and refused where they might not fit.

Integers add and multiply modulo a power of two. So a result that is known to fit is right,
even if an intermediate value wrapped around; and a narrower dtype keeps the low bits.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from einsum_grad.errors import DTypeError
from einsum_grad.plan import UNIT, Pattern
from einsum_grad.runtime.dtypes import Array, DType

Arrays = Sequence[Array]
Moving = Mapping[int, Array]
"""The tangents of the operands that move."""


def largest(array: Array) -> int:
    """The largest absolute value of integers; 0 where there are none.

    >>> largest(np.array([-128, 127], np.int8))
    128
    """
    return max(abs(int(array.min())), abs(int(array.max()))) if array.size else 0


def bound(pattern: Pattern, arrays: Iterable[Array], sizes: Mapping[str, int]) -> int:
    """An upper bound on the entries of the output of `pattern`, from the largest of each array.

    >>> bound(Pattern((("i",), ("i",)), ()), [np.array([1, -2])] * 2, {"i": 2})
    8
    """
    summed = set(pattern.input_labels()).difference(pattern.output, (UNIT,))
    return math.prod(map(largest, arrays)) * math.prod(sizes[label] for label in summed)


def check_holds(bounds: Iterable[int], dtype: DType, name: str) -> None:
    """Raise `DTypeError` where a sum of results with these bounds might not fit into `dtype`."""
    total = sum(bounds)
    if total > np.iinfo(dtype).max:
        raise DTypeError(
            f"{name} may have numbers up to {float(total):.3g}, more than {dtype} holds; convert "
            "the operands to floating point first"
        )


@dataclass(frozen=True, slots=True)
class Bounds:
    """Bounds on the derivatives of a pattern, for operands of these sizes.

    Each check raises `DTypeError` where one might not fit into `dtype`, in which it is computed.
    """

    pattern: Pattern
    sizes: Mapping[str, int]
    dtype: DType

    def check_tangent(self, arrays: Arrays, moving: Moving) -> None:
        """Check the tangent of the output, a sum with a term for each operand that moves."""
        terms = [_placed(arrays, moved, tangent) for moved, tangent in moving.items()]
        self._check(self.pattern, terms, "the tangent")

    def check_gradients(self, wrt: tuple[int, ...], cotangent: Array, arrays: Arrays) -> None:
        """Check the gradients of the operands in `wrt`."""
        for operand in wrt:
            term = _placed(arrays, operand, cotangent)
            self._check(self.pattern.swap(operand), [term], f"the gradient of operand {operand}")

    def check_products(
        self, wrt: tuple[int, ...], cotangent: Array, arrays: Arrays, moving: Moving
    ) -> None:
        """Check the derivatives of these gradients, sums as for a tangent."""
        for operand in wrt:
            factors = _placed(arrays, operand, cotangent)
            others = ((moved, tangent) for moved, tangent in moving.items() if moved != operand)
            terms = [_placed(factors, moved, tangent) for moved, tangent in others]
            name = f"the product beside the gradient of operand {operand}"
            self._check(self.pattern.swap(operand), terms, name)

    def _check(self, pattern: Pattern, terms: Iterable[Arrays], name: str) -> None:
        check_holds((bound(pattern, term, self.sizes) for term in terms), self.dtype, name)


def _placed(arrays: Arrays, place: int, array: Array) -> tuple[Array, ...]:
    """`arrays` with `array` at `place`."""
    return (*arrays[:place], array, *arrays[place + 1 :])
