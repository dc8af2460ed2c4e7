"""A Dask array as a rule of autograd sees it: whatever would compute it is refused instead.

Dask itself computes an array where NumPy asks for one, or calls a function that Dask lacks.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

import dask.array as da
import numpy as np

from einsum_grad.dask.arrays import as_operand
from einsum_grad.errors import AutogradError
from einsum_grad.runtime.operands.deferred import Deferred, Like, register_deferred

COMPUTES = (
    "{} would compute a Dask array, as its gradient has no lazy form here: take a Tensor of what "
    "compute() returns, or write it with einsum_grad.primitive and map_blocks"
)
UNKNOWN = "{} of a Dask array has a shape that isn't known before it is computed"
REFUSED = "{} has no lazy form here for this Dask array: {}"
_DASKS = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, RuntimeError)
"""What Dask raises for what it can't do, and NumPy could."""


class Guarded(np.lib.mixins.NDArrayOperatorsMixin):
    """A Dask array while the operation `name` works on it; results are guarded too."""

    __slots__ = ("array", "name")

    def __init__(self, array: Any, name: str) -> None:
        if any(map(math.isnan, array.shape)):
            raise AutogradError(UNKNOWN.format(name))
        self.array = array
        self.name = name

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if method != "__call__" or kwargs.get("out") is not None:
            self._refuse()
        return self._run(ufunc, inputs, kwargs)

    def __array_function__(
        self, function: Callable[..., Any], types: Any, args: Any, kwargs: Any
    ) -> Any:
        lazy = _FACTS.get(function) or _lazy(function)
        return self._run(lazy, args, kwargs) if lazy else self._refuse()

    def __getitem__(self, index: Any) -> Any:
        return self._run(da.Array.__getitem__, (self, index), {})

    def __len__(self) -> int:
        return len(self.array)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.array, name)
        if not callable(found):
            return _guarded(found, self.name)
        return lambda *args, **kwargs: self._run(found, args, kwargs)

    def _run(
        self, function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> Any:
        given = {key: bare(value) for key, value in kwargs.items()}
        try:
            result = function(*map(bare, args), **given)
        except _DASKS as error:
            raise AutogradError(REFUSED.format(self.name, str(error).strip())) from error
        return _guarded(result, self.name)

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AutogradError(COMPUTES.format(self.name))

    __array__ = __bool__ = __float__ = __int__ = __complex__ = __index__ = _refuse
    __setitem__ = __dask_tokenize__ = compute = _refuse


def bare(value: Any) -> Any:
    """The array again, in lists and tuples too."""
    if type(value) in (list, tuple):
        return type(value)(map(bare, value))
    return value.array if isinstance(value, Guarded) else value


def _guarded(value: Any, name: str) -> Any:
    if type(value) in (list, tuple):
        return type(value)(_guarded(part, name) for part in value)
    return Guarded(value, name) if isinstance(value, da.Array) else value


@functools.lru_cache(maxsize=256)
def _lazy(function: Callable[..., Any]) -> Callable[..., Any] | None:
    """Dask's own function in place of NumPy's; None where it has none."""
    module: Any = da
    for name in function.__module__.split(".")[1:]:
        module = getattr(module, name, None)
    found: Callable[..., Any] | None = getattr(module, function.__name__, None)
    return None if found is function else found


_FACTS: Mapping[Callable[..., Any], Callable[..., Any]] = {
    np.shape: lambda a: a.shape,
    np.ndim: lambda a: a.ndim,
    np.size: lambda a: a.size,
    np.iscomplexobj: lambda x: x.dtype.kind == "c",
    np.isrealobj: lambda x: x.dtype.kind != "c",
}
"""What is known of an array without computing it, and Dask has no function for."""


def _like(array: Any) -> Like:
    return functools.partial(_divided, array.chunks)


def _divided(chunks: tuple[tuple[int, ...], ...], value: Any) -> Any:
    if isinstance(value, da.Array):
        return value.rechunk(chunks)
    shape = tuple(map(sum, chunks))
    if value.shape != shape:
        return da.broadcast_to(da.from_array(value), shape, chunks)
    return da.from_array(value, chunks)


def _same(value: Any, *args: Any) -> Any:
    return value


register_deferred(da.Array, Deferred(as_operand, _guarded, bare, _like))
register_deferred(Guarded, Deferred(_same, _same, _same, lambda array: _same))
