"""Who can reach an array: Tensors and graphs share arrays, and copy only when somebody writes.

A graph needs the values of its operands until the backward pass, and a view is made of another
Tensor's array. Both borrow the array instead of copying it. Two rules make that safe. An array that
others already refer to is copied when it is borrowed. And the `.data` of a Tensor whose array is
on loan is a copy, which becomes the Tensor's array. So a write through one Tensor's `.data` is
never seen by a graph or by another Tensor.

CPython counts the references to an object, including those from views to their base. The counts for
an array with one holder are measured below, in exactly the way they are queried later.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from einsum_grad.autograd.tape.nodes import Array, Node, Traced
from einsum_grad.runtime import is_leased


def own(array: Array) -> Array:
    """Return `array` if nothing but the caller's expression refers to it, else a copy.

    Call it on a temporary, as in `own(f(x))`.

    >>> kept = np.ones(3)
    >>> own(kept) is kept
    False
    """
    alone = sys.getrefcount(array) <= _PASSED
    return array if alone and _is_no_view(array) and array.flags.writeable else array.copy()


def look(operand: Any) -> Any:
    """The values of an operand, for immediate use."""
    return operand._array if isinstance(operand, Traced) else operand


def unwrap(value: Any) -> Any:
    """The values in place of Tensors, in lists and tuples too, for immediate use.

    >>> unwrap([1.0, (2.0, "K")])
    [1.0, (2.0, 'K')]
    """
    if isinstance(value, (list, tuple)):
        parts = map(unwrap, value)
        return tuple(parts) if isinstance(value, tuple) else list(parts)
    return look(value)


def borrow(operand: Any) -> Any:
    """The values of an operand, to keep: they don't see later writes to the operand."""
    if not isinstance(operand, Traced):
        return operand.copy("K") if isinstance(operand, np.ndarray) else operand
    if not operand._lent:
        if not _is_sole(operand):
            return operand._array.copy("K")
        operand._lent = True
    return operand._array


def hand_out(holder: Traced) -> Array:
    """The array of a Tensor, for anyone to read, and to write unless it is a recorded result."""
    if holder._lent and not isinstance(holder._node, Node):
        holder._lent = False
        if not _is_sole(holder) or not holder._array.flags.writeable:
            holder._array = holder._array.copy("K")
    return holder._array


def _is_sole(holder: Traced) -> bool:
    return _is_no_view(holder._array) and sys.getrefcount(holder._array) <= _HELD


def _is_no_view(array: Array) -> bool:
    """Whether `array` is no view of another array; it may have views itself."""
    return array.flags.owndata or is_leased(array)


def _count_passed(array: Array) -> int:
    return sys.getrefcount(array)


def _count_held() -> int:
    holder = Traced()
    holder._array = np.empty(0)
    return sys.getrefcount(holder._array)


_PASSED = _count_passed(np.empty(0))
_HELD = _count_held()
