"""`Source`: the text of a generated module, and which functions it holds."""

from __future__ import annotations

from dataclasses import dataclass

CHECKED = ("forward", "backward")
"""The functions of every complete module, which check the sizes of their operands."""


@dataclass(frozen=True, slots=True)
class Source:
    """A generated module.

    It defines `forward(*operands)` and `backward(cotangent, *operands)`, which check the sizes.
    It may begin with what those two call: `output(*operands)` and `pullback(cotangent, *operands)`,
    and where these share values, `save(*operands)`, whose result, a list, is their last argument.
    Where its target frees arrays, `pullback` empties that list. Where one pass over large arrays
    can, `value_and_gradients(cotangent, *operands)` does what all three do. A module of tangents
    defines `jvp(*operands, *tangents)` or `hvp(cotangent, *operands, *tangents)` alone.
    """

    text: str
    target: str
    functions: tuple[str, ...] = CHECKED
    """The functions that compute, which come first."""
    run: int | None = None
    """How many characters hold those that don't check, where there are any."""
    needed: int | None = None
    """How many characters come before what only a script needs: helpers and the self-check."""
    large: bool = False
    """Whether it was written for large arrays: in blocks, into reused memory."""
    helpers: tuple[str, ...] = ()
    """The plain helpers it defines; a caller may put faster ones in their place."""
