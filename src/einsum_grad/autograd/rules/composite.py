"""How functions of NumPy that are made of others, or of einsums, are registered."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from einsum_grad.autograd.dispatch.table import implements
from einsum_grad.autograd.tape.nodes import Traced
from einsum_grad.autograd.tape.ownership import unwrap
from einsum_grad.autograd.tape.refusals import as_operand, run
from einsum_grad.autograd.tensor.tensor import Tensor

Function = TypeVar("Function", bound=Callable[..., Any])


def composite(*functions: Callable[..., Any]) -> Callable[[Function], Function]:
    """Register the decorated function as NumPy's replacement, for Tensors of inexact numbers.

    Integers and bools have no gradient: NumPy's own function runs, with its own dtypes. An error of
    NumPy's inside becomes one of ours.
    """
    first = functions[0]

    def register(function: Function) -> Function:
        @functools.wraps(function)
        def chosen(*args: Any, **kwargs: Any) -> Any:
            if is_inexact(args[0] if args else None) or is_inexact((*args, *kwargs.values())):
                return run(first.__name__, function, args, kwargs)
            return constant(first, args, kwargs)

        return implements(*functions)(chosen)  # type: ignore[return-value]  # wraps keeps the type

    return register


def step(*functions: Callable[..., Any]) -> None:
    """Register functions that are constant but for jumps: their results are constant Tensors."""
    for function in functions:
        implements(function)(functools.partial(_constant_call, function))


def constant(
    function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any] = {}
) -> Any:
    """Run NumPy's function on the values: constant Tensors, in tuples and lists where it has them.

    >>> constant(np.floor, [Tensor(2.5)])
    Tensor(2.)
    """
    plain = {name: unwrap(value) for name, value in kwargs.items()}
    return _tensors(run(function.__name__, function, unwrap(list(args)), plain))


def is_inexact(value: Any) -> bool:
    """Whether this is a Tensor of floating or complex numbers, or a list or tuple with one."""
    if isinstance(value, Traced):
        return value._array.dtype.kind in "fc"
    return isinstance(value, (list, tuple)) and any(map(is_inexact, value))


def _tensors(result: Any) -> Any:
    if isinstance(result, (list, tuple)):
        parts = map(_tensors, result)
        return tuple(parts) if isinstance(result, tuple) else list(parts)
    return Tensor._of(np.array(as_operand(result, "a result")), None)


def _constant_call(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    return constant(function, args, kwargs)
