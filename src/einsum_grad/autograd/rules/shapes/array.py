"""`array`: np.array for nested lists that hold Tensors, of which NumPy can't make one itself."""

from __future__ import annotations

from typing import Any

import numpy as np

from einsum_grad.autograd.rules.shapes.primitives import STACK
from einsum_grad.autograd.tape.nodes import Array, Traced
from einsum_grad.autograd.tape.refusals import as_operand, run
from einsum_grad.autograd.tensor.tensor import Tensor


def array(values: Any, dtype: Any = None) -> Tensor | Array:
    """Return an array of nested lists or tuples of Tensors, numbers and arrays, as np.array does.

    A Tensor if there is one among them, else an array; `dtype` is by default what NumPy's promotion
    makes of all. Raises `OperandError` where the parts of a list differ in shape, `DTypeError` for
    anything but numbers.

    >>> import einsum_grad as eg
    >>> angle = eg.Tensor(0.0, requires_grad=True)
    >>> c, s = np.cos(angle), np.sin(angle)
    >>> turn = eg.array([[c, -s], [s, c]])
    >>> (turn @ [1.0, 2.0]).backward([1.0, 0.0])
    >>> angle.grad
    array(-2.)
    """
    made: Tensor | Array = _made(values)
    if made is values or dtype is not None:
        made = run("array", made.astype, (made.dtype if dtype is None else dtype,))
    return made


def _made(values: Any) -> Any:
    if isinstance(values, Traced):
        return values
    if not isinstance(values, (list, tuple)) or not any(map(_may_hold_tensors, values)):
        return np.asarray(as_operand(values, "array"))
    return STACK(*map(_made, values))


def _may_hold_tensors(part: Any) -> bool:
    return isinstance(part, (Traced, list, tuple))
