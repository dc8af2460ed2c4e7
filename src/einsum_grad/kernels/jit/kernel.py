"""A kernel: a function of generated code that numba compiles, once for each layout of arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import FunctionType
from typing import Any

from einsum_grad.kernels.jit.layout import Layout, layout_of
from einsum_grad.kernels.jit.needed import needed
from einsum_grad.once import once

Compiled = Callable[..., Any]


class Kernel:
    """A function that is compiled when it is first called with arrays of some layout and dtype."""

    __slots__ = ("_compiled", "function", "options")

    def __init__(self, function: FunctionType, options: Mapping[str, Any]) -> None:
        self.function = function
        self.options = options
        self._compiled: dict[Layout, Compiled] = {}

    def __call__(self, *arguments: Any) -> Any:
        """Return what the function returns."""
        return self.compiled_for(arguments)(*arguments)

    def compiled_for(self, arguments: Sequence[Any]) -> Compiled:
        """The compiled function for the layout of these arguments, which has to be called."""
        layout = layout_of(arguments)
        found = self._compiled.get(layout)
        return found or once(self._compiled, layout, lambda: self._made(layout))

    def _made(self, layout: Layout) -> Compiled:
        with needed():
            from einsum_grad.kernels.jit.compiler import compiled  # imports numba

        made: Compiled = compiled(self.function, self.options, layout)
        return made
