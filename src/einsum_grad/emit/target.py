"""What a target is: how it writes each step, and what its modules import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from einsum_grad.emit.steps import Render
from einsum_grad.lower import Op


@dataclass(frozen=True, slots=True)
class Target:
    """A way to write programs down.

    `pairwise` says whether many operands are contracted two at a time, with shared intermediates,
    or at once, as the pattern says it; `layered`, whether what computes is a function of its own,
    without the checks. `imports` are the statements that its modules may need,
    each with the text that shows the need; `needs` names the libraries in words.
    """

    name: str
    imports: tuple[tuple[str, str], ...]
    needs: str
    pairwise: bool
    layered: bool
    steps: Mapping[Op, Render]
