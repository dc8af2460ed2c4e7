"""Operands in another dtype, as far as a rule of casting allows it."""

from __future__ import annotations

from typing import Any

import numpy as np

from einsum_grad.autograd.tape.nodes import Traced
from einsum_grad.autograd.tape.refusals import as_operand, run
from einsum_grad.errors import ArgumentTypeError


def cast(name: str, operand: Any, dtype: Any, casting: str = "same_kind") -> Any:
    """The operand of the function `name` in another dtype; None leaves it as it is.

    Raises `ArgumentTypeError` where `casting`, one of NumPy's words, doesn't allow that.

    >>> cast("add", np.ones(2), np.float32).dtype
    dtype('float32')
    """
    if dtype is None:
        return operand
    read = as_operand(operand, name)
    values: Any = read if isinstance(read, Traced) else np.asarray(read)
    if not run(name, np.can_cast, (values.dtype, dtype, casting)):
        raise ArgumentTypeError(
            f"{name}: an operand of dtype {values.dtype} can't become {np.dtype(dtype)} "
            f"with casting={casting!r}"
        )
    return values.astype(dtype)
