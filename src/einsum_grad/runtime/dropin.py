"""`einsum`: np.einsum's call, run by compiled functions where those can run it."""

from __future__ import annotations

import string
from collections.abc import Sequence
from typing import Any

import numpy as np

from einsum_grad.emit import target_of
from einsum_grad.errors import (
    ArgumentTypeError,
    EinsumGradError,
    OperandError,
    OperandIndexError,
    OrderError,
    UnknownOrderError,
)
from einsum_grad.plan import check_legal, pattern_of, request, spell
from einsum_grad.runtime.compile import FUNCTIONS
from einsum_grad.runtime.dtypes import Array
from einsum_grad.runtime.function import Arguments, Function
from einsum_grad.runtime.variant import as_array
from einsum_grad.syntax import check_length, parse, pointed, read_call

_ORDERS = ("auto", True, False, "greedy", "optimal")
"""Orders of contraction that we choose by ourselves."""

_NUMPY_OPERANDS = 63

_OURS: dict[type[Exception], type[EinsumGradError]] = {
    TypeError: ArgumentTypeError,
    KeyError: UnknownOrderError,
    IndexError: OperandIndexError,
    RuntimeError: OrderError,
    OverflowError: OperandError,
    ValueError: OperandError,
}
"""What np.einsum raises, and the refusal of ours that is one of these too."""


def einsum(
    *operands: Any,
    out: Array | None = None,
    dtype: Any = None,
    order: Any = "K",
    casting: Any = "safe",
    optimize: Any = "auto",
) -> Any:
    """Evaluate an einsum: np.einsum's call in both its forms, with every keyword.

    Any Unicode letter is a label, and there may be more labels and operands than NumPy takes.
    `optimize` is what np.einsum takes, or "auto", by which we choose the order. Raises what
    np.einsum raises: a `PatternError` or `OperandError` is a ValueError, an `ArgumentTypeError` a
    TypeError.

    >>> einsum("ij,j->i", [[1, 2], [3, 4]], [1, 10])
    array([21, 43])
    >>> einsum([[1, 2], [3, 4]], [0, 1], [1, 0])
    array([[1, 3],
           [2, 4]])
    """
    if operands and isinstance(operands[0], str):
        text, given = operands[0], operands[1:]
        check_length(text)
    else:
        equation, given = read_call(operands)
        text = equation.text
    arrays = [as_array(operand, f"operand {n}") for n, operand in enumerate(given)]
    ours = isinstance(optimize, (str, bool)) and optimize in _ORDERS
    order = "K" if order is None else order
    names = isinstance(order, str) and isinstance(casting, str)
    plain = out is None and dtype is None and names and order == "K" and casting == "safe"
    if ours and plain and all(array.dtype.kind in "biufc" for array in arrays):
        return _function(text)(*arrays)
    chosen = len(arrays) > 2 if optimize == "auto" else optimize
    keywords = {"dtype": dtype, "order": order, "casting": casting, "optimize": chosen}
    return _numpy(text, arrays, keywords if out is None else {**keywords, "out": out})


def _function(text: str) -> Function:
    """The compiled forward of `text`, which np.einsum must have a meaning for."""
    return FUNCTIONS.get(("einsum", text), lambda: _compile(text))


def _compile(text: str) -> Function:
    equation = parse(text)
    check_legal(equation)
    return Function(request(equation, wrt=()), target_of("numpy"), Arguments(text, wrt=()))


def _numpy(text: str, arrays: Sequence[Array], keywords: dict[str, Any]) -> Any:
    """Hand over to np.einsum, in letters that it knows; what is too large for it is ours."""
    equation = parse(text)
    check_legal(equation)
    pattern = pattern_of(equation)
    large = len(pattern.labels()) > len(string.ascii_letters) or len(arrays) > _NUMPY_OPERANDS
    try:
        if large:
            return _converted(text, arrays, **keywords)
        return np.einsum(str(pattern.rename(spell(pattern))), *arrays, **keywords)
    except EinsumGradError:
        raise
    except tuple(_OURS) as error:
        ours = next(ours for theirs, ours in _OURS.items() if isinstance(error, theirs))
        raise ours(f"{error}\n{pointed(equation.text, 0)}") from error


def _converted(
    text: str,
    arrays: Sequence[Array],
    dtype: Any,
    order: Any,
    casting: Any,
    optimize: Any,
    out: Any = None,
) -> Any:
    """np.einsum's keywords around a compiled function."""
    if dtype is not None:
        arrays = [array.astype(dtype, casting=casting) for array in arrays]
    result = _function(text)(*arrays)
    if out is None:
        return np.asarray(result, order=order)
    if np.shape(out) != np.shape(result):
        raise ValueError(f"out has shape {np.shape(out)}, and the output {np.shape(result)}")
    np.copyto(out, result, casting=casting)
    return out
