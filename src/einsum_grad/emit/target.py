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

    `pairwise` says whether many operands are contracted two at a time, with shared intermediates,
    or at once, as the pattern says it; `layered`, whether what computes is a function of its own,
    without the checks. `libraries` are those that its modules may need.
    """

    name: str
    libraries: tuple[Library, ...]
    pairwise: bool
    layered: bool
    steps: Mapping[Op, Render]
