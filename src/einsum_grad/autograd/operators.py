"""The operators of a Tensor: each is NumPy's function of it."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from einsum_grad.autograd.ownership import look
from einsum_grad.autograd.refusals import as_operand, run
from einsum_grad.autograd.tape import Array

if TYPE_CHECKING:
    from einsum_grad.autograd.tensor import Tensor


def recorded(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Tensor:
    """What a function gives that gives a Tensor."""
    result: Tensor = function(*args, **kwargs)
    return result


def _constant(function: Callable[..., Any], one: Any, other: Any) -> Array:
    result: Array = run(function.__name__, function, (look(one), look(other)))
    return result


class Operators:
    """Operators give new Tensors; comparisons and `//`, which are constant in parts, give arrays.

    None works in place: after `t += 1` the name `t` is bound to another Tensor.
    """

    __slots__ = ()

    def __add__(self, other: Any) -> Tensor:
        return recorded(np.add, self, other)

    def __radd__(self, other: Any) -> Tensor:
        return recorded(np.add, other, self)

    def __sub__(self, other: Any) -> Tensor:
        return recorded(np.subtract, self, other)

    def __rsub__(self, other: Any) -> Tensor:
        return recorded(np.subtract, other, self)

    def __mul__(self, other: Any) -> Tensor:
        return recorded(np.multiply, self, other)

    def __rmul__(self, other: Any) -> Tensor:
        return recorded(np.multiply, other, self)

    def __truediv__(self, other: Any) -> Tensor:
        return recorded(np.divide, self, other)

    def __rtruediv__(self, other: Any) -> Tensor:
        return recorded(np.divide, other, self)

    def __pow__(self, other: Any) -> Tensor:
        return recorded(np.power, self, other)

    def __rpow__(self, other: Any) -> Tensor:
        return recorded(np.power, other, self)

    def __matmul__(self, other: Any) -> Tensor:
        return recorded(np.matmul, self, other)

    def __rmatmul__(self, other: Any) -> Tensor:
        return recorded(np.matmul, other, self)

    def __floordiv__(self, other: Any) -> Array:
        return _constant(np.floor_divide, self, as_operand(other, "floor_divide"))

    def __rfloordiv__(self, other: Any) -> Array:
        return _constant(np.floor_divide, as_operand(other, "floor_divide"), self)

    def __neg__(self) -> Tensor:
        return recorded(np.negative, self)

    def __pos__(self) -> Tensor:
        return recorded(np.positive, self)

    def __abs__(self) -> Tensor:
        return recorded(np.absolute, self)

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
