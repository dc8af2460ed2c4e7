"""Dtypes: which are accepted, which one a program runs in, and the way back to the operands'."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from einsum_grad.errors import DTypeError
from einsum_grad.lower import Traits
from einsum_grad.plan import operand_names

Array = NDArray[Any]
DType = np.dtype[Any]

_ARITHMETIC = "biufc"


@dataclass(frozen=True, slots=True)
class Numbers:
    """The dtypes of one call: the operands', that of the computation, and the result's."""

    operands: tuple[DType, ...]
    computed: DType
    result: DType

    @property
    def uniform(self) -> bool:
        """Whether nothing needs converting."""
        return all(dtype == self.computed for dtype in self.operands)

    @property
    def exact(self) -> DType:
        """The dtype for derivatives: for integers 64 bits, with a check that they suffice."""
        if self.result.kind not in "iub":
            return self.computed
        return np.dtype(np.uint64 if self.result == np.uint64 else np.int64)

    def traits(self, conjugate: bool) -> Traits:
        """What the lowering must know."""
        kind = self.computed.kind
        return Traits(kind == "c", conjugate or kind != "c", kind in "iub")


def numbers_of(dtypes: Sequence[DType]) -> Numbers:
    """Decide on the dtypes of a call; float16 is computed in float32.

    Raises `DTypeError` for an operand without arithmetic, such as one of dtype object.
    """
    for number, dtype in enumerate(dtypes):
        if dtype.kind not in _ARITHMETIC:
            name = operand_names(len(dtypes))[number]
            raise DTypeError(
                f"operand {number} ({name}) has dtype {dtype}, which has no arithmetic here; "
                "convert it to numbers first"
            )
    result = np.result_type(*dtypes)
    half = result == np.float16
    return Numbers(tuple(dtypes), np.dtype(np.float32) if half else result, result)


def convert(array: Array, dtype: DType, name: str) -> Array:
    """`array` as `dtype`; raises `DTypeError` where values would be lost silently.

    A broadcast view stays one: only its distinct elements are converted.
    """
    if array.dtype == dtype:
        return array
    if array.dtype.kind == "c" and dtype.kind != "c":
        array = array.real
    once = (slice(0, 1) if stride == 0 else slice(None) for stride in array.strides)
    small = array[(..., *once)]
    with np.errstate(invalid="ignore"):  # what isn't an integer is refused just below
        cast = small.astype(dtype)
    if dtype.kind in "iub" and not np.array_equal(cast, small):
        raise DTypeError(
            f"{name} has values that dtype {dtype} can't hold; "
            "convert the operands to floating point first"
        )
    if cast.shape == array.shape:
        return cast
    return np.broadcast_to(cast, array.shape)
