"""The types of operands, by which overloads tell arrays from what is of another kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

Operand: TypeAlias = NDArray[Any] | np.generic | complex | Sequence[Any]
"""What becomes an array of NumPy."""

Number = TypeVar("Number", bound=np.generic)
"""The dtype of arrays that all have the same."""


class HasGradient(Protocol):
    """What arrays lack and a Tensor has."""

    @property
    def requires_grad(self) -> bool:
        """Whether operations on it are recorded."""


Recorded = TypeVar("Recorded", bound=HasGradient)
"""A Tensor: with one among the operands a call returns one."""
