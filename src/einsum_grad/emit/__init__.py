"""`Program` to `Source`: the text of a module, one file a target."""

from einsum_grad.emit.emit import (
    along,
    emit,
    path_of,
    program_along,
    program_of,
    target_of,
    traits_of,
)
from einsum_grad.emit.module import write
from einsum_grad.emit.source import Source
from einsum_grad.emit.tangent import write_tangents
from einsum_grad.emit.target import Target
from einsum_grad.emit.targets import TARGETS

__all__ = [
    "TARGETS",
    "Source",
    "Target",
    "along",
    "emit",
    "path_of",
    "program_along",
    "program_of",
    "target_of",
    "traits_of",
    "write",
    "write_tangents",
]
