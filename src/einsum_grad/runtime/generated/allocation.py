"""The error for an array that memory can't hold: the step, the size, what to do instead."""

from __future__ import annotations

import linecache
import math
import sys
import traceback

from einsum_grad.errors import AllocationError
from einsum_grad.lower import Lowering
from einsum_grad.plan import UNIT
from einsum_grad.runtime.generated.load import GENERATED

_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")

_ONE_ORDER = 2
"""The most operands with only one order of contraction."""


def unallocated(error: MemoryError, operands: int) -> AllocationError:
    """The error to raise for a failed allocation in a call with `operands` operands.

    NumPy's errors know the shape and the dtype, and the traceback the line of the generated code.
    """
    return _refusal(f"{_array(error)}{_step(error)}", operands)


def check_allocatable(found: Lowering) -> None:
    """Raise `AllocationError` for an array of the forward that no address space holds.

    NumPy raises ValueError for one.
    """
    for labels in found.made:
        shape = tuple(found.sizes.get(label, 1) for label in labels if label != UNIT)
        nbytes = math.prod(shape) * found.itemsize
        if nbytes > sys.maxsize:
            raise _refusal(
                f"an array of shape {shape} would have {_bytes(nbytes)}", len(found.pattern.inputs)
            )


def _refusal(what: str, operands: int) -> AllocationError:
    ways = (
        "choose another order of contraction with optimize=, or contract fewer operands at once"
        if operands > _ONE_ORDER
        else "take a part of the operands at a time"
    )
    return AllocationError(f"{what}: {ways}")


def _array(error: MemoryError) -> str:
    shape, dtype = getattr(error, "shape", None), getattr(error, "dtype", None)
    if shape is None or dtype is None:
        return "there is no memory for an array"
    size = _bytes(math.prod(shape) * dtype.itemsize)
    return f"there is no memory for an array of shape {shape} and dtype {dtype}, {size}"


def _step(error: MemoryError) -> str:
    """The line of the generated code that was run last, if one was."""
    lines = [
        linecache.getline(frame.f_code.co_filename, number).strip()
        for frame, number in traceback.walk_tb(error.__traceback__)
        if frame.f_code.co_filename.startswith(GENERATED)
    ]
    return f", in the step `{lines[-1]}`" if lines else ""


def _bytes(number: int) -> str:
    power = min((number.bit_length() - 1) // 10, len(_UNITS) - 1)
    return f"{number / (1 << 10 * power):.4g} {_UNITS[power]}"
