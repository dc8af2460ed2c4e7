"""NumPy's functions called with a Tensor: a table from NumPy's function to ours."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, TypeVar

import numpy as np

from einsum_grad.autograd.dispatch.casting import cast
from einsum_grad.autograd.dispatch.writing import WRITING, write
from einsum_grad.autograd.tape.ownership import look, unwrap
from einsum_grad.autograd.tape.refusals import as_operand, run
from einsum_grad.errors import ArgumentTypeError, AutogradError

Function = TypeVar("Function", bound=Callable[..., Any])

RECORDED: dict[Callable[..., Any], Callable[..., Any]] = {}
"""NumPy's functions that have a gradient here, and their replacements."""

LATER: dict[str, str] = {
    f"einsum_grad.autograd.rules.{module}": "numpy"
    for module in (
        *("elementwise.trigonometric", "elementwise.logarithms", "elementwise.rounding"),
        *("reductions.nan_extrema", "reductions.cumulative", "reductions.statistics"),
        *("reductions.quantiles", "signals.differences", "shapes.joining", "shapes.splitting"),
        *("shapes.selecting", "shapes.moving", "shapes.padding", "contractions.matrices"),
        *("shapes.grids", "signals.convolutions", "methods_of_ufuncs"),
    )
}
"""Modules of rules that few programs need, and the module whose functions they are for.

They are imported one after the other, until a function that a Tensor meets has a rule.
"""

CONSTANT: frozenset[Callable[..., Any]] = frozenset(
    {
        *(np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal),
        *(np.array_equal, np.array_equiv, np.isclose, np.allclose, np.any, np.all, np.isin),
        *(np.logical_and, np.logical_or, np.logical_not, np.logical_xor),
        *(np.isnan, np.isinf, np.isfinite, np.isposinf, np.isneginf, np.signbit),
        *(np.iscomplexobj, np.isrealobj, np.iscomplex, np.isreal),
        *(np.argmax, np.argmin, np.nanargmax, np.nanargmin, np.argsort, np.argpartition),
        *(np.nonzero, np.flatnonzero, np.argwhere, np.count_nonzero, np.lexsort),
        *(np.searchsorted, np.digitize, np.histogram, np.histogram_bin_edges),
        *(np.shape, np.ndim, np.size, np.result_type, np.can_cast, np.min_scalar_type),
        *(np.common_type, np.shares_memory, np.may_share_memory, np.einsum_path),
        *(np.zeros_like, np.ones_like, np.empty_like),
        *(np.diag_indices_from, np.tril_indices_from, np.triu_indices_from),
        *(np.array_repr, np.array_str, np.array2string),
    }
)
"""NumPy's functions that have no gradient, or one that is 0: they return plain arrays."""


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
    function = ufunc if method == "__call__" else getattr(ufunc, method)
    out = kwargs.get("out")
    if out is not None:
        return write(full_name(function), function, out, inputs, kwargs)
    if ufunc in CONSTANT:
        plain = [look(as_operand(operand, ufunc.__name__)) for operand in inputs]
        return run(ufunc.__name__, function, plain, kwargs)
    if kwargs and function is ufunc:
        inputs, kwargs = _cast(ufunc, inputs, **kwargs)
    return _call(function, inputs, kwargs)


def call_function(function: Callable[..., Any], args: Sequence[Any], kwargs: Any) -> Any:
    """`Tensor.__array_function__`; see `call_ufunc`."""
    out, args, kwargs = _split_out(function, args, kwargs)
    if out is not None:
        return write(full_name(function), function, [out], args, {**kwargs, "out": out})
    if function in WRITING:
        return WRITING[function](*args, **kwargs)
    if function in CONSTANT:
        plain = {name: unwrap(value) for name, value in kwargs.items()}
        return run(function.__name__, function, unwrap(list(args)), plain)
    return _call(function, args, kwargs)


def _call(function: Callable[..., Any], args: Sequence[Any], kwargs: Any) -> Any:
    recorded = _recorded(function)
    try:
        return recorded(*args, **kwargs)
    except TypeError:
        _check_call(function, recorded, args, kwargs)
        raise


def _cast(
    ufunc: np.ufunc,
    inputs: Sequence[Any],
    *,
    dtype: Any = None,
    casting: str = "same_kind",
    where: Any = True,
    order: str = "K",
    subok: bool = True,
    **others: Any,
) -> tuple[Sequence[Any], Any]:
    """The operands as the keywords of all ufuncs have them, and the other keywords."""
    if where is not True:
        raise ArgumentTypeError(
            f"{full_name(ufunc)} of a Tensor takes no where=, outside of which a result has no "
            "value: use np.where of the result"
        )
    return [cast(ufunc.__name__, operand, dtype, casting) for operand in inputs], others


def _split_out(
    function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> tuple[Any, Sequence[Any], Mapping[str, Any]]:
    """The argument `out`, by position or by name, and the others."""
    place = _place_of_out(function)
    if place is not None and len(args) > place:
        return args[place], [*args[:place], *args[place + 1 :]], kwargs
    if "out" in kwargs and not _takes_out(function):
        return kwargs["out"], args, {name: kwargs[name] for name in kwargs if name != "out"}
    return None, args, kwargs


@functools.lru_cache(maxsize=256)
def _place_of_out(function: Callable[..., Any]) -> int | None:
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return None
    kind = parameters["out"].kind if "out" in parameters else inspect.Parameter.KEYWORD_ONLY
    return None if kind is inspect.Parameter.KEYWORD_ONLY else [*parameters].index("out")


def load_later(function: Callable[..., Any] | None = None) -> None:
    """Import rules for the modules that are there, until `function` has one; or else all of them.

    What was registered before stays.
    """
    for rules, needed in [*LATER.items()]:
        if function in RECORDED:
            return
        if needed in sys.modules:
            registered = dict(RECORDED)
            import_module(rules)
            RECORDED.update(registered)
            LATER.pop(rules, None)


def _recorded(function: Callable[..., Any]) -> Callable[..., Any]:
    if function not in RECORDED:
        load_later(function)
    if function not in RECORDED:
        from einsum_grad.autograd.dispatch.instead import INSTEAD

        hint = INSTEAD.get(function, "give it one with einsum_grad.primitive")
        raise AutogradError(
            f"{full_name(function)} has no gradient rule here; {hint}, or pass the plain array "
            "x.data if no gradient is needed"
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
            f"{full_name(function)} of a Tensor is called as {signature}: {error}"
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


def full_name(function: Callable[..., Any]) -> str:
    """The name by which users call a function of NumPy's or of another library.

    >>> full_name(np.linalg.inv), full_name(np.add.reduce)
    ('np.linalg.inv', 'np.add.reduce')
    """
    ufunc = getattr(function, "__self__", None)
    if isinstance(ufunc, np.ufunc):
        return f"{full_name(ufunc)}.{function.__name__}"
    here = getattr(np, function.__name__, None) is function
    module = getattr(function, "__module__", None) or ("numpy" if here else "scipy.special")
    return f"{module}.{function.__name__}".replace("numpy", "np", 1)
