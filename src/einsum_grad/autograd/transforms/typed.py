"""The types of derived functions: a derivative is typed by the argument that it is of.

A Tensor among the arguments is taken to require a gradient, so that the result is a Tensor.
"""

from __future__ import annotations

from typing import Any, Protocol, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from einsum_grad.autograd.tape.nodes import Array
from einsum_grad.autograd.tensor.tensor import Tensor

Number = TypeVar("Number", bound=np.generic)
Container = TypeVar("Container")
Aux_co = TypeVar("Aux_co", covariant=True)


class Gradient(Protocol):
    """A function of the same arguments that returns something like the first of them."""

    @overload
    def __call__(self, x: Tensor, /, *args: Any, **kwargs: Any) -> Tensor: ...
    @overload
    def __call__(self, x: NDArray[Number], /, *args: Any, **kwargs: Any) -> NDArray[Number]: ...
    @overload
    def __call__(self, x: complex, /, *args: Any, **kwargs: Any) -> Array: ...
    @overload
    def __call__(self, x: Container, /, *args: Any, **kwargs: Any) -> Container: ...


class ValueAndGradient(Protocol):
    """The same, with the value before it."""

    @overload
    def __call__(self, x: Tensor, /, *args: Any, **kwargs: Any) -> tuple[Tensor, Tensor]: ...
    @overload
    def __call__(
        self, x: NDArray[Number], /, *args: Any, **kwargs: Any
    ) -> tuple[Array, NDArray[Number]]: ...
    @overload
    def __call__(self, x: complex, /, *args: Any, **kwargs: Any) -> tuple[Array, Array]: ...
    @overload
    def __call__(self, x: Container, /, *args: Any, **kwargs: Any) -> tuple[Array, Container]: ...


class GradientWithAux(Protocol[Aux_co]):
    """The gradient, and what else the function returns."""

    @overload
    def __call__(self, x: Tensor, /, *args: Any, **kwargs: Any) -> tuple[Tensor, Aux_co]: ...
    @overload
    def __call__(
        self, x: NDArray[Number], /, *args: Any, **kwargs: Any
    ) -> tuple[NDArray[Number], Aux_co]: ...
    @overload
    def __call__(self, x: complex, /, *args: Any, **kwargs: Any) -> tuple[Array, Aux_co]: ...
    @overload
    def __call__(self, x: Container, /, *args: Any, **kwargs: Any) -> tuple[Container, Aux_co]: ...


class ValueAndGradientWithAux(Protocol[Aux_co]):
    """The value and what else the function returns, and the gradient."""

    @overload
    def __call__(
        self, x: Tensor, /, *args: Any, **kwargs: Any
    ) -> tuple[tuple[Tensor, Aux_co], Tensor]: ...
    @overload
    def __call__(
        self, x: NDArray[Number], /, *args: Any, **kwargs: Any
    ) -> tuple[tuple[Array, Aux_co], NDArray[Number]]: ...
    @overload
    def __call__(
        self, x: complex, /, *args: Any, **kwargs: Any
    ) -> tuple[tuple[Array, Aux_co], Array]: ...
    @overload
    def __call__(
        self, x: Container, /, *args: Any, **kwargs: Any
    ) -> tuple[tuple[Array, Aux_co], Container]: ...


class Derivative(Protocol):
    """A function that returns one array, or a Tensor where the first argument is one."""

    @overload
    def __call__(self, x: Tensor, /, *args: Any, **kwargs: Any) -> Tensor: ...
    @overload
    def __call__(self, x: Array | complex, /, *args: Any, **kwargs: Any) -> Array: ...


class Pair(Protocol):
    """A function that returns two of them: an output and its tangent, a gradient and a product."""

    @overload
    def __call__(self, x: Tensor, /, *args: Any, **kwargs: Any) -> tuple[Tensor, Tensor]: ...
    @overload
    def __call__(self, x: Array | complex, /, *args: Any, **kwargs: Any) -> tuple[Array, Array]: ...
