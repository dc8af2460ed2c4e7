"""A compiled function run on another library's arrays, for callers who have NumPy's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from einsum_grad.functions import Function
from einsum_grad.runtime.libraries.library import LIBRARIES, Array, Library


@dataclass(frozen=True, slots=True)
class OnNumpy:
    """`function`, which takes arrays of `library`, with NumPy's arrays in their place."""

    function: Function
    library: Library

    @property
    def wrt(self) -> tuple[int, ...]:
        """The positions of the operands whose gradients are computed."""
        return self.function.wrt

    def __call__(self, *operands: Array) -> Array:
        """The output."""
        with self.library.doubles():
            given = map(self.library.of_numpy, operands)
            return self.library.to_numpy(self.function(*given))

    def backward(self, cotangent: Array, *operands: Array) -> tuple[Array, ...]:
        """The gradients."""
        with self.library.doubles():
            given = map(self.library.of_numpy, (cotangent, *operands))
            return tuple(map(self.library.to_numpy, self.function.backward(*given)))


def on_numpy(function: Function, target: str) -> Any:
    """`function`, compiled for `target`, as one of NumPy's arrays."""
    library = next((each for each in LIBRARIES if each.target == target), None)
    return function if library is None else OnNumpy(function, library)
