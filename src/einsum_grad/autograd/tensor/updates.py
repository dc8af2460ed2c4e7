"""Augmented assignments and assignments to elements: `w -= 0.1 * w.grad`, `w[0] = 1`.

Where nothing is recorded they write into the Tensor's own array, as NumPy and torch do. Where it
is, an augmented assignment is recorded as the operator and binds its name to the result, but not
that of a variable: from then on the name would no longer mean the variable.
"""

from __future__ import annotations

import operator
from typing import Any, TypeVar

import numpy as np

from einsum_grad.autograd.tape.mode import is_recording
from einsum_grad.autograd.tape.nodes import Argument, Leaf, Traced
from einsum_grad.autograd.tape.ownership import hand_out, look
from einsum_grad.autograd.tape.refusals import as_operand, run
from einsum_grad.autograd.tape.unrecorded import is_recorded
from einsum_grad.errors import AutogradError

T = TypeVar("T", bound=Traced)

VARIABLE = (
    "w {0}= … would change a variable where operations are recorded: to update it write it inside "
    "`with einsum_grad.no_grad():`, for a new Tensor write w = w {0} …"
)
RESULT = (
    "w {0}= … inside no_grad() would change a recorded result: write w = w {0} …, or change a copy "
    "of it, w.detach()"
)
ELEMENTS = (
    "the elements of a Tensor can't be assigned where that would have to be recorded: use "
    "np.where, or np.stack or np.concatenate of the parts; to update a variable write it inside "
    "`with einsum_grad.no_grad():`, or to x.data"
)


def updated(tensor: T, sign: str, ufunc: np.ufunc, other: Any) -> T:
    """What an augmented assignment binds: `tensor` itself, changed, or a recorded result."""
    variable = isinstance(tensor._node, Leaf) and not isinstance(tensor._node, Argument)
    if variable and is_recording():
        raise AutogradError(VARIABLE.format(sign))
    if is_recorded(tensor) or is_recorded(other):
        recorded: T = ufunc(tensor, other)
        return recorded
    if tensor._node is not None and not variable:
        raise AutogradError(RESULT.format(sign))
    given = look(as_operand(other, ufunc.__name__))
    array = hand_out(tensor)
    run(ufunc.__name__, ufunc, (array, given), {"out": array})
    return tensor


def assign(tensor: Traced, index: Any, value: Any) -> None:
    """Write to elements of a Tensor; raises `AutogradError` where that had to be recorded."""
    if is_recorded(tensor) or is_recorded(value) or _is_result(tensor):
        raise AutogradError(ELEMENTS)
    given = look(as_operand(value, "an assignment"))
    parts = index if isinstance(index, tuple) else (index,)
    run("an assignment", operator.setitem, (hand_out(tensor), tuple(map(look, parts)), given))


def _is_result(tensor: Traced) -> bool:
    """Whether it is a recorded result, or an argument that a transform made."""
    node = tensor._node
    return node is not None and (isinstance(node, Argument) or not isinstance(node, Leaf))
