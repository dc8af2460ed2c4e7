"""The methods and attributes that Tensors share with arrays: a table of NumPy's functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MethodType
from typing import TYPE_CHECKING, Any, Generic, NoReturn, Self, TypeVar

import numpy as np

from einsum_grad.autograd.dispatch.table import RECORDED
from einsum_grad.autograd.tape.nodes import Array
from einsum_grad.autograd.tape.ownership import look
from einsum_grad.autograd.tensor.operators import recorded
from einsum_grad.errors import TensorAttributeError

T = TypeVar("T")
Result = TypeVar("Result")

HINTS: Mapping[str, str] = {
    "sort": "np.sort(x), which is another Tensor",
    "partition": "np.partition(x, kth), which is another Tensor",
    "resize": "np.resize(x, shape), which is another Tensor",
    "fill": "np.full_like(x, value), or write x.data",
    "put": "np.where, or write x.data",
    "flat": "np.ravel(x)",
    "ptp": "np.ptp(x)",
}
"""What to write instead of attributes of an array; instead of all others, those of x.data."""


class Method:
    """NumPy's function of a Tensor, and of what else it takes; the result is a Tensor."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.__doc__ = f"`np.{function.__name__}` of it."

    def __get__(self, tensor: T, owner: type[T]) -> Callable[..., T]:
        return MethodType(self.function, tensor if tensor is not None else owner)


class Query(Generic[Result]):
    """The same of a function whose result is plain."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.__doc__ = f"`np.{function.__name__}` of it, a plain result."

    def __get__(self, tensor: Any, owner: Any) -> Callable[..., Result]:
        return MethodType(self.function, tensor if tensor is not None else owner)


class Methods:
    """The methods of an array that have a gradient, or need none."""

    __slots__ = ()

    sum = Method(np.sum)
    prod = Method(np.prod)
    mean = Method(np.mean)
    var = Method(np.var)
    std = Method(np.std)
    max = Method(np.max)
    min = Method(np.min)
    cumsum = Method(np.cumsum)
    cumprod = Method(np.cumprod)
    clip = Method(np.clip)
    conj = Method(np.conjugate)
    conjugate = Method(np.conjugate)
    round = Method(np.round)
    dot = Method(np.dot)
    trace = Method(np.trace)
    diagonal = Method(np.diagonal)
    swapaxes = Method(np.swapaxes)
    squeeze = Method(np.squeeze)
    ravel = Method(np.ravel)
    flatten = Method(np.ravel)
    copy = Method(np.copy)
    take = Method(np.take)
    repeat = Method(np.repeat)
    choose = Method(np.choose)
    exp = Method(np.exp)
    log = Method(np.log)
    sqrt = Method(np.sqrt)
    tanh = Method(np.tanh)
    sin = Method(np.sin)
    cos = Method(np.cos)

    all: Query[Array] = Query(np.all)
    any: Query[Array] = Query(np.any)
    argmax: Query[Array] = Query(np.argmax)
    argmin: Query[Array] = Query(np.argmin)
    argsort: Query[Array] = Query(np.argsort)
    argpartition: Query[Array] = Query(np.argpartition)
    nonzero: Query[tuple[Array, ...]] = Query(np.nonzero)
    searchsorted: Query[Array] = Query(np.searchsorted)

    @property
    def T(self) -> Self:  # noqa: N802 - NumPy's name
        """The axes in reverse order."""
        return recorded(self, np.transpose)

    @property
    def mT(self) -> Self:  # noqa: N802 - NumPy's name
        """The last two axes exchanged."""
        return recorded(self, np.matrix_transpose)

    @property
    def real(self) -> Self:
        """The real part."""
        return recorded(self, np.real)

    @property
    def imag(self) -> Self:
        """The imaginary part."""
        return recorded(self, np.imag)

    def transpose(self, *axes: Any) -> Self:
        """`t.transpose()`, `t.transpose(1, 0)` or `t.transpose((1, 0))`, as of an array."""
        return recorded(self, np.transpose, _one(axes) if axes else None)

    def reshape(self, *shape: Any, order: str = "C", copy: Any = None) -> Self:
        """`t.reshape(2, 3)` or `t.reshape((2, 3))`, as of an array."""
        return recorded(self, np.reshape, _one(shape), order, copy=copy)

    def astype(self, dtype: Any, *args: Any, **kwargs: Any) -> Self:
        """The values in another dtype; the gradient comes back in this one."""
        return recorded(self, RECORDED[np.ndarray.astype], dtype, *args, **kwargs)

    def compress(self, condition: Any, axis: Any = None) -> Self:
        """`np.compress` of it."""
        result: Self = np.compress(condition, self, axis)  # type: ignore[call-overload]  # a Tensor
        return result

    def tolist(self) -> Any:
        """The elements as Python numbers: what is computed from them has no gradient."""
        return look(self).tolist()

    if not TYPE_CHECKING:  # a checker would take any name as an attribute

        def __getattr__(self, name: str) -> NoReturn:
            told = f"{type(self).__name__!r} object has no attribute {name!r}"
            if not name.startswith("_") and hasattr(np.ndarray, name):
                told += f"; write {HINTS.get(name, f'x.data.{name}')}"
            raise TensorAttributeError(told)


def _one(numbers: tuple[Any, ...]) -> Any:
    return numbers[0] if len(numbers) == 1 else numbers
