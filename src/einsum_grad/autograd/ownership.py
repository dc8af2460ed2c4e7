"""Who can reach an array: Tensors and graphs share arrays, and copy only where somebody writes.

A graph needs the values of its operands until the backward pass, and a view is made of another
Tensor's array. Both borrow the array instead of copying it. Two rules make that safe. An array
that others refer to already is copied when it is borrowed. And who asks for the `.data` of a
Tensor whose array may be on loan gets a copy if it is; that copy is the Tensor's array from then
on. So a write through one Tensor's `.data` is never seen by a graph or by another Tensor.

CPython counts the references to an object, those of views to their base included. The counts for
an array of one holder are measured below, in the very way in which they are asked for later.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from einsum_grad.autograd.tape import Array, Node, Traced
from einsum_grad.runtime import is_leased


def own(array: Array) -> Array:
    """Return `array` if nothing but the caller's expression refers to it, else a copy.

    To be called on a value in passing, as `own(f(x))`.

    >>> kept = np.ones(3)
    >>> own(kept) is kept
    False
    """
    alone = sys.getrefcount(array) <= _PASSED
    return array if alone and _is_no_view(array) and array.flags.writeable else array.copy()


def look(operand: Any) -> Any:
    """The values of an operand, to be used at once."""
    return operand._array if isinstance(operand, Traced) else operand


def borrow(operand: Any) -> Any:
    """The values of an operand, to be kept: no later write to the operand is seen in them."""
    if isinstance(operand, np.ndarray):
        return operand.copy("K")
    if not isinstance(operand, Traced):
        return operand
    if not operand._lent and not _is_sole(operand):
        return operand._array.copy("K")
    operand._lent = True
    return operand._array


def hand_out(holder: Traced) -> Array:
    """The array of a Tensor, for anybody to read; and to write, unless it was recorded."""
    if holder._lent and not isinstance(holder._node, Node):
        holder._lent = False
        if not _is_sole(holder) or not holder._array.flags.writeable:
            holder._array = holder._array.copy("K")
    return holder._array


def _is_sole(holder: Traced) -> bool:
    return _is_no_view(holder._array) and sys.getrefcount(holder._array) <= _HELD


def _is_no_view(array: Array) -> bool:
    """Whether no other array shows the memory of `array`, but for views of `array` itself."""
    return array.flags.owndata or is_leased(array)


def _count_passed(array: Array) -> int:
    return sys.getrefcount(array)


def _count_held() -> int:
    holder = Traced()
    holder._array = np.empty(0)
    return sys.getrefcount(holder._array)


_PASSED = _count_passed(np.empty(0))
_HELD = _count_held()
