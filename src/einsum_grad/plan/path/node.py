"""One einsum of a network."""

from __future__ import annotations

from dataclasses import dataclass

from einsum_grad.plan.pattern import Pattern


@dataclass(frozen=True, slots=True)
class Node:
    """One einsum of a network; `args` number the operands first, then the earlier nodes."""

    pattern: Pattern
    args: tuple[int, ...]
