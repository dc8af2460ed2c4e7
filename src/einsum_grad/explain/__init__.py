"""Plans and costs to text: what the gradients of a pattern are, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from einsum_grad.lazy import lazily

if TYPE_CHECKING:
    from einsum_grad.explain.derivation import Derivation as Derivation
    from einsum_grad.explain.explanation import Explanation as Explanation
    from einsum_grad.explain.request import explain as explain
else:
    __getattr__, __dir__ = lazily(
        __name__,
        {
            "derivation": ("Derivation",),
            "explanation": ("Explanation",),
            "request": ("explain",),
        },
    )
