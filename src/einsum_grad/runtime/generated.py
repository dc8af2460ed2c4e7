"""The generated functions for one tuple of shapes and dtypes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np

from einsum_grad.emit import TARGETS, Target
from einsum_grad.lower import Lowering, lowering
from einsum_grad.plan import AUTO, Request
from einsum_grad.runtime.allocation import check_allocatable
from einsum_grad.runtime.dtypes import Numbers
from einsum_grad.runtime.modules import load_module

Key = str | tuple[Any, ...]
"""The name of a function; along tangents a tuple of it and the operands that move."""

Run = Callable[..., Any]

_PAIRS = TARGETS["numpy"]
"""What functions along tangents are written in, whatever the target: it contracts pairs."""

_MOST = 1024


class Generated(dict[Key, Any]):
    """The functions by name, each made when it is first asked for, and None if it isn't needed.

    `save`, `output`, `pullback` and `value_and_gradients` are those of `Source`; `("jvp", 0, 2)` is
    the `jvp` for tangents of operands 0 and 2, and so with `hvp`.
    """

    __slots__ = ("_found", "_numbers", "_request", "_target")

    def __init__(self, found: Lowering, request: Request, target: Target, numbers: Numbers) -> None:
        super().__init__()
        self._found = found
        self._request = request
        self._target = target
        self._numbers = numbers

    def __missing__(self, key: Key) -> Any:
        made = self._made(key)
        if len(self) >= _MOST:
            self.clear()
        self.update(made)
        return made[key]

    def _made(self, key: Key) -> Mapping[Key, Run | None]:
        """The function `key`, and those of the same module."""
        along = None if isinstance(key, str) else (key[0], key[1:])
        found, target = (self._along(along[0]), _PAIRS) if along else (self._found, self._target)
        check_allocatable(found)
        if 0 in found.sizes.values():
            return {key: self._zeros(*(along or (key, ())))}
        loaded = load_module(found, target, along)
        return {key: getattr(loaded.executed, along[0])} if along else loaded.functions

    def _along(self, name: str) -> Lowering:
        """How the function `name` along tangents is lowered: for integers with more bits."""
        found, wrt = self._found, self._request.wrt if name == "hvp" else ()
        # All operands at once would cost n times the forward; then the search decides.
        order, itemsize = self._request.order or AUTO, self._numbers.exact.itemsize
        return lowering(
            found.pattern, wrt, _PAIRS.form, found.sizes, found.traits, itemsize, order, exact=True
        )

    def _zeros(self, name: str, active: Sequence[int]) -> Run | None:
        """A function where a label has size 0: every sum is empty, so all results are zeros.

        np.einsum would write to memory that is not its own: it may set entries of a result that has
        none.
        """
        pattern, wrt = self._found.pattern, self._request.wrt
        output, gradients = pattern.output, [pattern.inputs[operand] for operand in wrt]
        products = [pattern.inputs[operand] for operand in wrt if moves(operand, active)]
        made = {
            "output": [output],
            "pullback": gradients,
            "jvp": [output, output],
            "hvp": [*gradients, *products],
        }.get(name)
        if made is None:
            return None
        sizes, dtype = self._found.sizes, self._numbers.computed
        shapes = [tuple(sizes.get(label, 1) for label in labels) for labels in made]

        def zeros(*arrays: Any) -> Any:
            found = tuple(np.zeros(shape, dtype) for shape in shapes)
            return found[0] if name == "output" else found

        return zeros


def moves(operand: int, active: Collection[int]) -> bool:
    """Whether the gradient of an operand changes along tangents of the operands in `active`.

    It depends on all operands but its own.
    """
    return any(other != operand for other in active)
