"""What a target is: how it writes each step, and what its modules import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from einsum_grad.emit.steps import Render
from einsum_grad.lower import Op


@dataclass(frozen=True, slots=True)
class Library:
    """A library: its name, the statement that imports it, and the text that shows its use."""

    name: str
    statement: str
    use: str


NUMPY_LIBRARY = Library("NumPy", "import numpy as np", "np.")


@dataclass(frozen=True, slots=True)
class Target:
    """A way to write programs down.

    `fast` says what its modules are for: many operands contracted two at a time, with shared
    intermediates whose axes suit matrix products, and functions that compute without checking; or
    else the pattern at once, as it says it. `libraries` are those that its modules may need.
    """

    name: str
    libraries: tuple[Library, ...]
    fast: bool
    steps: Mapping[Op, Render]
