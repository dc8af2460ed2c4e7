"""The functions where a label has size 0: every sum is empty, so all results are zeros.

np.einsum would write to memory that is not its own: it may set entries of a result that has none.
"""

from __future__ import annotations

import numpy as np

from einsum_grad.lower import Lowering
from einsum_grad.runtime.dtypes import DType
from einsum_grad.runtime.generated.functions import Functions, Key, Run, moves


class Zeros(Functions):
    """The functions of a lowered pattern, as `Generated` has them."""

    __slots__ = ("_dtype", "_found")

    def __init__(self, found: Lowering, dtype: DType) -> None:
        super().__init__({"save": None, "value_and_gradients": None})
        self._found = found
        self._dtype = dtype

    def __missing__(self, key: Key) -> Run:
        name, active = (key, ()) if isinstance(key, str) else (key[0], key[1:])
        pattern, wrt, dtype = self._found.pattern, self._found.wrt, self._dtype
        made = [pattern.output] * 2
        if name in ("pullback", "hvp"):
            made = [pattern.inputs[operand] for operand in wrt]
            made += [pattern.inputs[operand] for operand in wrt if moves(operand, active)]
        sizes = self._found.sizes
        shapes = [tuple(sizes.get(label, 1) for label in labels) for labels in made]
        if name == "output":
            return lambda *arrays: np.zeros(shapes[0], dtype)
        return lambda *arrays: tuple(np.zeros(shape, dtype) for shape in shapes)
