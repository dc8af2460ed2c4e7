"""NumPy's functions called with a Tensor: a table from NumPy's function to ours."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, TypeVar

import numpy as np

from einsum_grad.autograd.ownership import look
from einsum_grad.autograd.refusals import as_operand, run
from einsum_grad.autograd.writing import WRITING, write
from einsum_grad.errors import ArgumentTypeError, AutogradError

Function = TypeVar("Function", bound=Callable[..., Any])

RECORDED: dict[Callable[..., Any], Callable[..., Any]] = {}
"""NumPy's functions that have a gradient here, and their replacements."""

LATER: dict[str, str] = {}
"""Modules of rules that few programs need, and the module whose functions they are for.

They are imported when a Tensor first meets a function without a rule.
"""

CONSTANT: frozenset[Callable[..., Any]] = frozenset(
    {
        *(np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal),
        *(np.array_equal, np.array_equiv, np.isclose, np.allclose, np.any, np.all),
        *(np.logical_and, np.logical_or, np.logical_not, np.logical_xor),
        *(np.isnan, np.isinf, np.isfinite, np.signbit, np.iscomplexobj, np.isrealobj),
        *(np.floor, np.ceil, np.rint, np.trunc, np.round, np.floor_divide),
        *(np.argmax, np.argmin, np.argsort, np.nonzero, np.count_nonzero, np.searchsorted),
        *(np.shape, np.ndim, np.size, np.result_type, np.shares_memory, np.may_share_memory),
        *(np.zeros_like, np.ones_like, np.empty_like),
    }
)
"""NumPy's functions whose gradient is zero wherever it exists: they return plain arrays."""


def implements(*functions: Callable[..., Any]) -> Callable[[Function], Function]:
    """Register the decorated function as the replacement of NumPy's `functions`."""

    def register(function: Function) -> Function:
        RECORDED.update(dict.fromkeys(functions, function))
        return function

    return register


def call_ufunc(ufunc: np.ufunc, method: str, inputs: Sequence[Any], kwargs: Any) -> Any:
    """`Tensor.__array_ufunc__`: raises `AutogradError` for a ufunc without a rule here.

    With `out` it runs as in NumPy, provided that no operand is recorded.
    """
    if method != "__call__":
        raise AutogradError(
            f"{_name(ufunc)}.{method} has no gradient rule here; "
            "use np.sum, np.max and the like, or pass the plain array x.data"
        )
    out = kwargs.get("out")
    if out is not None:
        return write(_name(ufunc), ufunc, out, inputs, kwargs)
    if ufunc in CONSTANT:
        plain = [look(as_operand(operand, ufunc.__name__)) for operand in inputs]
        return run(ufunc.__name__, ufunc, plain, kwargs)
    for name in kwargs:
        raise ArgumentTypeError(f"{_name(ufunc)} of a Tensor takes no {name}=")
    return _recorded(ufunc)(*inputs)


def call_function(function: Callable[..., Any], args: Sequence[Any], kwargs: Any) -> Any:
    """`Tensor.__array_function__`; see `call_ufunc`."""
    out = kwargs.get("out")
    if out is not None and not _takes_out(function):
        return write(_name(function), function, [out], args, kwargs)
    if function in WRITING:
        return WRITING[function](*args, **kwargs)
    if function in CONSTANT:
        plain = {name: look(value) for name, value in kwargs.items()}
        return run(function.__name__, function, [*map(look, args)], plain)
    recorded = _recorded(function)
    _check_call(function, recorded, args, kwargs)
    return recorded(*args, **kwargs)


def load_later() -> None:
    """Import the rules for whatever modules are there; what was registered before stays."""
    for rules, needed in [*LATER.items()]:
        if needed in sys.modules:
            registered = dict(RECORDED)
            import_module(rules)
            RECORDED.update(registered)
            LATER.pop(rules, None)


def _recorded(function: Callable[..., Any]) -> Callable[..., Any]:
    if function not in RECORDED:
        load_later()
    if function not in RECORDED:
        raise AutogradError(
            f"{_name(function)} has no gradient rule here; give it one with "
            "einsum_grad.primitive, or pass the plain array x.data if no gradient is needed"
        )
    return RECORDED[function]


def _takes_out(function: Callable[..., Any]) -> bool:
    return "out" in bare_signature(RECORDED[function]).parameters if function in RECORDED else False


def _check_call(
    function: Callable[..., Any], recorded: Callable[..., Any], args: Any, kwargs: Any
) -> None:
    signature = bare_signature(recorded)
    try:
        signature.bind(*args, **kwargs)
    except TypeError as error:
        raise ArgumentTypeError(
            f"{_name(function)} of a Tensor is called as {signature}: {error}"
        ) from None


@functools.lru_cache(maxsize=256)
def bare_signature(function: Callable[..., Any]) -> inspect.Signature:
    """The signature without annotations, as messages show it.

    >>> def scale(x: float, by: float = 2.0) -> float:
    ...     return x * by
    >>> str(bare_signature(scale))
    '(x, by=2.0)'
    """
    parameters = inspect.signature(function).parameters.values()
    return inspect.Signature([p.replace(annotation=p.empty) for p in parameters])


def _name(function: Callable[..., Any]) -> str:
    module = getattr(function, "__module__", None) or "numpy"
    return f"{module}.{function.__name__}".replace("numpy", "np", 1)
