"""`array`: np.array for nested lists that hold Tensors, of which NumPy can't make one itself."""

from __future__ import annotations

from typing import Any

import numpy as np

from einsum_grad.autograd.refusals import as_operand, run
from einsum_grad.autograd.registration import define
from einsum_grad.autograd.tape import Traced


def array(values: Any, dtype: Any = None) -> Any:
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
    made = _made(values)
    if made is values or dtype is not None:
        return run("array", made.astype, (made.dtype if dtype is None else dtype,))
    return made


def _made(values: Any) -> Any:
    if isinstance(values, Traced):
        return values
    if not isinstance(values, (list, tuple)) or not any(map(_may_hold_tensors, values)):
        return np.asarray(as_operand(values, "array"))
    parts = [_made(part) for part in values]
    return _STACK(*parts)


def _may_hold_tensors(part: Any) -> bool:
    return isinstance(part, (Traced, list, tuple))


def _stack(*arrays: Any) -> Any:
    return np.stack(arrays)


_STACK = define(_stack, {"arrays": lambda g, position: g[position]})
