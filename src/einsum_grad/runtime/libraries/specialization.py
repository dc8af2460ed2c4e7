"""A pattern in code of a library's target, for one tuple of shapes and dtypes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from einsum_grad.emit import TARGETS
from einsum_grad.errors import DTypeError
from einsum_grad.lower import Traits, lowering
from einsum_grad.plan import bind
from einsum_grad.runtime.arguments import Arguments
from einsum_grad.runtime.generated import Functions, Generated
from einsum_grad.runtime.libraries.library import Library


@dataclass(frozen=True, slots=True)
class LibrarySpecialization:
    """The generated functions, the output's shape, and the operands' numbers.

    `dtype` is that of all operands, None if they have several; `refusal` says why there are no
    gradients by the operands in `wrt`.
    """

    functions: Functions
    shape: tuple[int, ...]
    wrt: tuple[int, ...]
    dtype: Any
    is_complex: bool
    refusal: str

    def check_gradients(self) -> None:
        """Raise `DTypeError` for a gradient that would be of integers."""
        if self.refusal:
            raise DTypeError(self.refusal)

    def saved(self, arrays: Sequence[Any]) -> list[Any]:
        """What the functions take after the operands: what `save` returns, where there is one."""
        save = self.functions["save"]
        return [save(*arrays)] if save else []


def specialize(
    arguments: Arguments, library: Library, conj: bool, arrays: Sequence[Any]
) -> LibrarySpecialization:
    """Bind the pattern to `arrays`, and decide how it is lowered."""
    asked, target = arguments.request(), TARGETS[library.target]
    shapes = [tuple(array.shape) for array in arrays]
    bound = bind(asked.equation, asked.unbound, shapes, dict(asked.given))
    kinds = [library.kind(array) for array in arrays]
    is_complex = "c" in kinds
    traits = Traits(is_complex, conj or not is_complex, whole=set(kinds).isdisjoint("fc"))
    sizes, wrt = dict(bound.sizes), asked.wrt
    found = lowering(bound.pattern, wrt, target.form, sizes, traits, order=asked.order)
    shape = tuple(sizes[label] for label in bound.pattern.output)
    dtypes = {array.dtype for array in arrays}
    dtype = dtypes.pop() if len(dtypes) == 1 else None
    refusal = _refusal(arrays, [operand for operand in wrt if kinds[operand] not in "fc"])
    return LibrarySpecialization(Generated(found, target), shape, wrt, dtype, is_complex, refusal)


def _refusal(arrays: Sequence[Any], whole: Sequence[int]) -> str:
    if not whole:
        return ""
    return (
        f"operand {whole[0]} has dtype {arrays[whole[0]].dtype}, in which a gradient could wrap "
        "around: convert it to floating point, or leave it out of wrt"
    )
