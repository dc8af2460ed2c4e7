"""A target: how it spells array operations, and what it can do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from einsum_grad.emit.spelling import Spelling
from einsum_grad.lower import Form


@dataclass(frozen=True, slots=True)
class Library:
    """A library: its name, what code calls it, and the statement that imports it."""

    name: str
    alias: str
    statement: str


NUMPY_LIBRARY = Library("NumPy", "np", "import numpy as np")


@dataclass(frozen=True, slots=True)
class Target:
    """How programs are written: a table of spellings, and capabilities.

    `libraries` are those that they may need, in the order in which they are imported.
    """

    name: str
    libraries: tuple[Library, ...]
    spellings: Mapping[str, Spelling]
    pairwise: bool = False
    """Many operands are contracted two at a time, with shared intermediates whose axes suit that;
    else the pattern at once, as it says it."""
    layered: bool = False
    """Functions that compute without checking stand beside those that check."""
    frees: bool = False
    """A `del` frees each array after its last use."""
    writable_views: bool = True
    """A diagonal is written through a view of it; else the operation `embed` makes the array."""
    out_argument: Mapping[str, str] = field(default_factory=dict)
    """The operations that write the result of another to memory that is there, by that other."""

    @property
    def form(self) -> Form:
        """What it asks of its programs: blocks need results that are written in place."""
        return Form(self.pairwise, bool(self.out_argument))
