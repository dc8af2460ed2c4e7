"""A pattern in code of a library's target, for one tuple of shapes and dtypes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from einsum_grad.emit import TARGETS, write_tangents
from einsum_grad.errors import DTypeError
from einsum_grad.lower import Traits, arranged, hvp, jvp, lowering
from einsum_grad.plan import AUTO, Bound, bind
from einsum_grad.runtime.arguments import Arguments
from einsum_grad.runtime.compile import compiled
from einsum_grad.runtime.libraries.library import Library
from einsum_grad.runtime.load import Loaded, execute
from einsum_grad.runtime.modules import load_module

_PROGRAMS = {"jvp": jvp, "hvp": hvp}
_BYTES = 8
"""What a number is taken to have, where only ratios of work and memory count."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """What generated functions were made for: the output's shape, and the operands' numbers.

    `dtype` is that of all operands, None if they have several; `refusal` says why there are no
    gradients by the operands in `wrt`.
    """

    shape: tuple[int, ...]
    wrt: tuple[int, ...]
    dtype: Any
    is_complex: bool
    refusal: str

    def check_gradients(self) -> None:
        """Raise `DTypeError` for a gradient that would be of integers."""
        if self.refusal:
            raise DTypeError(self.refusal)


@dataclass(frozen=True, slots=True)
class Specialization(Fitted):
    """The generated functions."""

    loaded: Loaded

    def saved(self, arrays: Sequence[Any]) -> list[Any]:
        """What the functions take after the operands: what `save` returns, where there is one."""
        return [self.loaded.save(*arrays)] if self.loaded.save else []


@dataclass(frozen=True, slots=True)
class Along(Fitted):
    """A generated function along tangents; `moves` are the results whose tangent isn't zero."""

    run: Callable[..., Sequence[Any]]
    moves: tuple[bool, ...]


def specialization(
    arguments: Arguments, library: Library, conj: bool, arrays: Sequence[Any]
) -> Specialization:
    """Bind the pattern to `arrays`, and find or make the module that runs it."""
    asked = compiled(arguments)._request
    bound, traits = _bound(arguments, arrays), _traits(library, conj, arrays)
    target, sizes = TARGETS[library.target], dict(bound.sizes)
    loaded = load_module(
        bound.pattern, asked.wrt, target, sizes, traits, _BYTES, asked.order, exact=False
    )
    return Specialization(*_fitted(bound, asked.wrt, library, arrays), loaded)


def along(
    form: str,
    arguments: Arguments,
    library: Library,
    conj: bool,
    arrays: Sequence[Any],
    active: tuple[int, ...],
) -> Along:
    """The function `form`, "jvp" or "hvp", along tangents of the operands in `active`."""
    asked = compiled(arguments)._request
    bound, traits = _bound(arguments, arrays), _traits(library, conj, arrays)
    target, wrt = TARGETS[library.target], asked.wrt if form == "hvp" else ()
    order, sizes = asked.order or AUTO, dict(bound.sizes)
    found = lowering(bound.pattern, wrt, target.form, sizes, traits, _BYTES, order)
    program = _PROGRAMS[form](found.lowered(), active)
    text = write_tangents(arranged(program, copies=target.copies), target, form)
    run = getattr(execute(text, f"{form} of {found.pattern}", (form,)), form)
    moves = tuple(value is not None for value in program.derivatives)
    return Along(*_fitted(bound, wrt, library, arrays), run, moves)


def _bound(arguments: Arguments, arrays: Sequence[Any]) -> Bound:
    asked = compiled(arguments)._request
    shapes = [tuple(array.shape) for array in arrays]
    return bind(asked.equation, asked.unbound, shapes, dict(asked.given))


def _fitted(
    bound: Bound, wrt: tuple[int, ...], library: Library, arrays: Sequence[Any]
) -> tuple[tuple[int, ...], tuple[int, ...], Any, bool, str]:
    sizes = dict(bound.sizes)
    shape = tuple(sizes[label] for label in bound.pattern.output)
    kinds = [library.kind(array) for array in arrays]
    dtypes = {array.dtype for array in arrays}
    whole = [operand for operand in wrt if kinds[operand] not in "fc"]
    refusal = (
        f"operand {whole[0]} has dtype {arrays[whole[0]].dtype}, in which a gradient could wrap "
        "around: convert it to floating point, or leave it out of wrt"
        if whole
        else ""
    )
    return shape, wrt, dtypes.pop() if len(dtypes) == 1 else None, "c" in kinds, refusal


def _traits(library: Library, conj: bool, arrays: Sequence[Any]) -> Traits:
    kinds = {library.kind(array) for array in arrays}
    complex_ = "c" in kinds
    return Traits(complex_, conj or not complex_, whole=kinds.isdisjoint("fc"))
