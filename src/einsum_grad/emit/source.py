"""`Source`: the text of a generated module, and which functions it holds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """A generated module.

    It defines `forward(*operands)` and `backward(cotangent, *operands)`, which check the sizes.
    It may begin with what those two call: `output(*operands)` and `pullback(cotangent, *operands)`,
    and where these share values, `save(*operands)`, whose result, a list, is their last argument.
    Where its target frees arrays, `pullback` empties that list. Where one pass over large arrays
    can, `value_and_gradients(cotangent, *operands)` does what all three do.
    """

    text: str
    target: str
    run: int | None = None
    """How many characters come before the functions that check operands, which call them."""
    needed: int | None = None
    """How many characters come before what only a script needs: helpers and the self-check."""
    large: bool = False
    """Whether it was written for large arrays: in blocks, into reused memory."""
    blas: bool = True
    """Whether a BLAS may multiply whole arrays, on its own threads."""
    helpers: tuple[str, ...] = ()
    """The plain helpers it defines; a caller may put faster ones in their place."""
