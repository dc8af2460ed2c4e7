"""The operators of a Tensor: each calls NumPy's function."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Self, TypeVar

import numpy as np

from einsum_grad.autograd.dispatch.table import RECORDED
from einsum_grad.autograd.tape.nodes import Array, Traced
from einsum_grad.autograd.tape.ownership import look
from einsum_grad.autograd.tape.refusals import run
from einsum_grad.autograd.tensor.updates import updated

T = TypeVar("T")


def recorded(tensor: T, function: Callable[..., Any], *args: Any, **kwargs: Any) -> T:
    """Call `function`, which returns a Tensor, with `tensor` first."""
    result: T = function(tensor, *args, **kwargs)
    return result


_NUMBERS = (float, int, complex, np.ndarray, np.float64)
"""Other operands of which NumPy need not be asked what an operator with a Tensor means."""


def _binary(tensor: T, ufunc: np.ufunc, other: Any) -> T:
    direct = isinstance(other, Traced) or type(other) in _NUMBERS
    result: T = (RECORDED.get(ufunc, ufunc) if direct else ufunc)(tensor, other)
    return result


def _reflected(tensor: T, ufunc: np.ufunc, other: Any) -> T:
    direct = type(other) in _NUMBERS
    result: T = (RECORDED.get(ufunc, ufunc) if direct else ufunc)(other, tensor)
    return result


def _constant(function: Callable[..., Any], one: Any, other: Any) -> Array:
    result: Array = run(function.__name__, function, (look(one), look(other)))
    return result


class Operators(Traced):
    """Operators return Tensors; comparisons return arrays of bools.

    Augmented assignments work in place where nothing is recorded; see `updates`.
    """

    __slots__ = ()

    def __add__(self, other: Any) -> Self:
        return _binary(self, np.add, other)

    def __radd__(self, other: Any) -> Self:
        return _reflected(self, np.add, other)

    def __sub__(self, other: Any) -> Self:
        return _binary(self, np.subtract, other)

    def __rsub__(self, other: Any) -> Self:
        return _reflected(self, np.subtract, other)

    def __mul__(self, other: Any) -> Self:
        return _binary(self, np.multiply, other)

    def __rmul__(self, other: Any) -> Self:
        return _reflected(self, np.multiply, other)

    def __truediv__(self, other: Any) -> Self:
        return _binary(self, np.divide, other)

    def __rtruediv__(self, other: Any) -> Self:
        return _reflected(self, np.divide, other)

    def __pow__(self, other: Any) -> Self:
        return _binary(self, np.power, other)

    def __rpow__(self, other: Any) -> Self:
        return _reflected(self, np.power, other)

    def __matmul__(self, other: Any) -> Self:
        return _binary(self, np.matmul, other)

    def __rmatmul__(self, other: Any) -> Self:
        return _reflected(self, np.matmul, other)

    def __floordiv__(self, other: Any) -> Self:
        return _binary(self, np.floor_divide, other)

    def __rfloordiv__(self, other: Any) -> Self:
        return _reflected(self, np.floor_divide, other)

    def __mod__(self, other: Any) -> Self:
        return _binary(self, np.remainder, other)

    def __rmod__(self, other: Any) -> Self:
        return _reflected(self, np.remainder, other)

    def __divmod__(self, other: Any) -> tuple[Self, Self]:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> tuple[Self, Self]:
        return other // self, other % self

    def __iadd__(self, other: Any) -> Self:
        return updated(self, "+", np.add, other)

    def __isub__(self, other: Any) -> Self:
        return updated(self, "-", np.subtract, other)

    def __imul__(self, other: Any) -> Self:
        return updated(self, "*", np.multiply, other)

    def __itruediv__(self, other: Any) -> Self:
        return updated(self, "/", np.divide, other)

    def __ipow__(self, other: Any) -> Self:
        return updated(self, "**", np.power, other)

    def __ifloordiv__(self, other: Any) -> Self:
        return updated(self, "//", np.floor_divide, other)

    def __imod__(self, other: Any) -> Self:
        return updated(self, "%", np.remainder, other)

    def __imatmul__(self, other: Any) -> Self:
        return updated(self, "@", np.matmul, other)

    def __neg__(self) -> Self:
        return recorded(self, np.negative)

    def __pos__(self) -> Self:
        return recorded(self, np.positive)

    def __abs__(self) -> Self:
        return recorded(self, np.absolute)

    def __lt__(self, other: Any) -> Array:
        return _constant(operator.lt, self, other)

    def __le__(self, other: Any) -> Array:
        return _constant(operator.le, self, other)

    def __gt__(self, other: Any) -> Array:
        return _constant(operator.gt, self, other)

    def __ge__(self, other: Any) -> Array:
        return _constant(operator.ge, self, other)

    def __eq__(self, other: object) -> Array:  # type: ignore[override]  # one for each element
        return _constant(operator.eq, self, other)

    def __ne__(self, other: object) -> Array:  # type: ignore[override]  # one for each element
        return _constant(operator.ne, self, other)

    __hash__ = object.__hash__
