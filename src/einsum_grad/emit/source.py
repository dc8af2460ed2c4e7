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
    """The characters before what checks operands, where that calls functions that come first."""
    needed: int | None = None
    """The characters before what a script alone needs: plain helpers, and the check of itself."""
    large: bool = False
    """Whether it was written for large arrays: in blocks, into memory that is used again."""
    blas: bool = True
    """Whether a BLAS may multiply whole arrays there, on threads of its own."""
    helpers: tuple[str, ...] = ()
    """The plain helpers that it has, for which whoever runs it may have better ones."""
