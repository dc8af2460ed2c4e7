"""A recorded operation with operands to test it on, and the numbers that the rows share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeAlias

from numpy.typing import NDArray

import einsum_grad as eg

Array: TypeAlias = NDArray[Any]

np: Any = import_module("numpy")
"""NumPy without its stubs, which say that its functions return arrays."""


def numbers(*shape: int, low: float = -2.0, high: float = 2.0) -> Array:
    """Distinct fractions between the bounds, none near 0 or an integer."""
    count = int(np.prod(shape))
    # Steps of the golden ratio cover the interval evenly and never coincide.
    parts = (np.arange(1, count + 1) * 0.6180339887498949 + 0.05) % 1
    values = low + (high - low) * parts
    near = np.abs(values - np.round(values)) < 0.02
    array: Array = np.asarray(values + 0.05 * near).reshape(shape)
    return array


@dataclass(frozen=True)
class Case:
    """A function of Tensors, the operands to check it at, and torch's name for it."""

    function: Callable[..., Any]
    operands: tuple[Array, ...]
    torch: Callable[..., Any] | None = None
    real: bool = False
    """Whether it is for real numbers alone."""
    of: Callable[[Any], Callable[..., Any]] | None = None
    """The function in terms of NumPy, or of a library that is called alike."""


def row(of: Callable[[Any], Callable[..., Any]], *operands: Array, real: bool = False) -> Case:
    """The case of a function of NumPy's, written so that other libraries can take its place."""
    return Case(of(np), operands, None, real, of)


A, B = numbers(2, 3), numbers(2, 3)[::-1] + 0.25
P = numbers(2, 3, low=0.3, high=2.5)
Q = P[:, ::-1] + 0.125
V = numbers(4)
M = numbers(3, 4)
T3 = numbers(2, 3, 4)


def tensor(data: Any) -> Any:
    """A variable."""
    return eg.Tensor(data, requires_grad=True)


def weights(shape: tuple[int, ...]) -> Array:
    """Positive numbers to weight the elements of a result with: a cotangent."""
    return numbers(*shape, low=0.5, high=1.5)


def gradients(
    function: Callable[..., Any], operands: Sequence[Array], cotangent: Array | None = None
) -> list[Array]:
    """The gradients of a function of Tensors, by one backward pass."""
    variables = [tensor(operand) for operand in operands]
    out = function(*variables)
    out.backward(weights(out.shape).astype(out.dtype) if cotangent is None else cotangent)
    return [variable.grad for variable in variables]


def turned(operand: Array) -> Array:
    """A complex operand of the same size, away from where a function has no derivative."""
    array: Array = operand * np.exp(0.4j)
    return array
