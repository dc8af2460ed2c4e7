"""What Python and NumPy ask of a Tensor besides arithmetic: its shape, its length, a number."""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Self

import numpy as np

from einsum_grad.autograd.dispatch.table import RECORDED, call_function, call_ufunc
from einsum_grad.autograd.tape.nodes import Array, DType, Node, Shape, Traced
from einsum_grad.autograd.tape.ownership import hand_out
from einsum_grad.autograd.tape.refusals import run
from einsum_grad.autograd.tape.unrecorded import NUMBER, is_recorded, unrecorded
from einsum_grad.autograd.tensor.array_refusal import array_refusal
from einsum_grad.autograd.tensor.display import show
from einsum_grad.autograd.tensor.updates import assign
from einsum_grad.errors import AutogradError


class Conversions(Traced):
    """The protocols of Python and NumPy."""

    __slots__ = ()

    @property
    def shape(self) -> Shape:
        """The size of each axis."""
        return self._array.shape

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self._array.ndim

    @property
    def size(self) -> int:
        """The number of elements."""
        return self._array.size

    @property
    def dtype(self) -> DType:
        """The type of the elements."""
        return self._array.dtype

    def numpy(self) -> Array:
        """The array itself, as `.data`: what is computed from it has no gradient."""
        return hand_out(self)

    def item(self, *args: Any) -> Any:
        """The single element as a Python number: what is computed from it has no gradient.

        This is how to get the number of a Tensor that requires a gradient: `float(x)`,
        `math.exp(x)` and the like, which would silently lose the gradient, raise `AutogradError`
        outside `no_grad()`. An index picks one of several elements. Raises
        `OperandError` where there are several and no index.

        >>> from einsum_grad import Tensor
        >>> Tensor([2.0], requires_grad=True).item()
        2.0
        """
        return run("item", self._array.item, args)

    def __float__(self) -> float:
        return float(run("float", float, (unrecorded(self, NUMBER.format("float")),)))

    def __int__(self) -> int:
        return int(run("int", int, (unrecorded(self, NUMBER.format("int")),)))

    def __complex__(self) -> complex:
        return complex(run("complex", complex, (unrecorded(self, NUMBER.format("complex")),)))

    def __index__(self) -> int:
        return int(run("index", operator.index, (self._array,)))

    def __bool__(self) -> bool:
        return bool(run("bool", bool, (self._array,)))

    def __len__(self) -> int:
        return int(run("len", len, (self._array,)))

    def __iter__(self) -> Iterator[Self]:
        return (self[row] for row in range(len(self)))

    def __getitem__(self, index: Any) -> Self:
        item: Self = RECORDED[operator.getitem](self, index)
        return item

    def __setitem__(self, index: Any, value: Any) -> None:
        assign(self, index, value)

    def __repr__(self) -> str:
        return show(self)

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if spec else show(self)

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        if isinstance(self._node, Node):
            raise AutogradError("a recorded result can't be copied or pickled; detach() it first")
        return type(self), (self._array, self._node is not None)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        if is_recorded(self):
            raise AutogradError(array_refusal(sys._getframe(1)))
        return np.array(hand_out(self), dtype=dtype, copy=copy)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if ufunc in RECORDED and method == "__call__" and not kwargs:
            return RECORDED[ufunc](*inputs)
        return call_ufunc(ufunc, method, inputs, kwargs)

    def __array_function__(
        self, function: Callable[..., Any], types: Any, args: Any, kwargs: Any
    ) -> Any:
        fact = _FACTS.get(function)
        if fact and len(args) == 1 and not kwargs:
            return fact(self._array)
        return call_function(function, args, kwargs)


_FACTS: Mapping[Callable[..., Any], Callable[[Array], Any]] = {
    np.ndim: operator.attrgetter("ndim"),
    np.shape: operator.attrgetter("shape"),
    np.iscomplexobj: lambda array: array.dtype.kind == "c",
}
"""What rules ask of every operand, answered at once."""
