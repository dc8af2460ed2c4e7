"""NumPy's errors as ours: of the same kind, naming the operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from einsum_grad.autograd.tape.nodes import Traced
from einsum_grad.errors import (
    ArgumentTypeError,
    DTypeError,
    EinsumGradError,
    OperandError,
    OperandIndexError,
)
from einsum_grad.runtime.operands.subclasses import check_plain

_OURS: tuple[tuple[type[Exception], type[EinsumGradError]], ...] = (
    (IndexError, OperandIndexError),
    (TypeError, ArgumentTypeError),
    (ValueError, OperandError),
    (OverflowError, OperandError),
    (RuntimeError, OperandError),
)
NUMPYS = tuple(theirs for theirs, _ in _OURS)
"""What NumPy raises for operands that don't fit."""

LARGEST_INTEGER = 63
"""The most bits of a Python integer as an operand."""


def run(
    name: str, function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any] = {}
) -> Any:
    """Call `function`; an error of NumPy's becomes one of ours that begins with `name`."""
    try:
        return function(*args, **kwargs)
    except EinsumGradError:
        raise
    except NUMPYS as error:
        raise as_ours(error, name) from error


def as_ours(error: Exception, name: str) -> EinsumGradError:
    """One of `NUMPYS` errors as ours, which begins with `name`."""
    ours = next(ours for theirs, ours in _OURS if isinstance(error, theirs))
    return ours(f"{name}: {error}")


def check_function(value: Any, name: str) -> None:
    """Raise `ArgumentTypeError` unless `value` is callable."""
    if not callable(value):
        raise ArgumentTypeError(f"{name} takes a function, not a {type(value).__name__}")


def as_operand(value: Any, name: str) -> Any:
    """A Tensor, a Python number, or an array of numbers; raises `DTypeError` for anything else.

    That is what has no arithmetic, or means more than its numbers, such as a masked array.
    """
    if isinstance(value, int) and value.bit_length() > LARGEST_INTEGER:
        raise OperandError(f"{name}: an integer of more than {LARGEST_INTEGER} bits; write a float")
    if isinstance(value, (Traced, int, float, complex)):
        return value
    if type(value) is np.ndarray:
        array = value
    else:
        check_plain(value, name)
        array = run(name, np.asarray, (value,))
    if array.dtype.kind not in "biufc":
        raise DTypeError(f"{name}: an operand of dtype {array.dtype} has no arithmetic here")
    return array
