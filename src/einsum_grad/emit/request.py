"""A pattern to the text of a module, without running it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from einsum_grad.emit.module import write
from einsum_grad.emit.readable import (
    by_tensordot,
    has_batches,
    readable_program,
    readable_target,
)
from einsum_grad.emit.target import Target
from einsum_grad.emit.targets import TARGETS
from einsum_grad.errors import ArgumentError
from einsum_grad.lower import PLAIN, Program, Traits, lowering
from einsum_grad.plan import AUTO, Operands, Shape, Sublists, request

_TRAITS = {
    "real": PLAIN,
    "complex": Traits(complex=True),
}


def emit(
    pattern: str | Sublists,
    target: str = "numpy",
    wrt: Operands | None = None,
    sizes: Mapping[str, int] | None = None,
    notation: str = "letters",
    shapes: Sequence[Shape] | None = None,
    numbers: str = "real",
    optimize: Any = AUTO,
    blocked: bool = False,
    bare: bool = False,
) -> str:
    """Return the text of a module with `forward(*operands)` and `backward(cotangent, *operands)`.

    `target` is one of `TARGETS`; `wrt` are the operands whose gradients `backward` returns, by
    default all; `sizes` are sizes of labels, needed for those that the output alone has; `shapes`
    are the operands' shapes, needed only where axes of size 1 broadcast or ellipses differ.
    `numbers` is "real" or "complex"; integers wrap around in the module as NumPy's do. `optimize`
    is the order of contraction, as in `compile`. `blocked` asks for loops over blocks where `sizes`
    or `shapes` say that the arrays are large. The module imports nothing of ours, and checks itself
    when it is run as a script; a `bare` one has no check. Raises `EinsumGradError` for what can't
    be used.

    >>> emit("i,i->", "einops").splitlines()[2]
    '    Z = Σ_i  X[i] · W[i]'
    """
    asked = request(pattern, wrt, notation, sizes, shapes, optimize)
    chosen = readable_target(target_of(target), blocked)
    traits, known = chosen.traits or traits_of(numbers), dict(asked.sizes)
    if blocked and sizes is None and shapes is None:
        raise ArgumentError("blocks are for large arrays: give sizes or shapes as well")
    itemsize, order = traits.itemsize, asked.order

    def program(of: Target) -> Program:
        found = lowering(asked.pattern, asked.wrt, of.form, known, traits, itemsize, order)
        return found.program()

    if not (blocked or has_batches(program(chosen))):
        chosen = by_tensordot(chosen)
    return write(readable_program(program(chosen), chosen), chosen, bare).text


def target_of(name: object) -> Target:
    """The target called `name`; `ArgumentError` if there is none."""
    if not isinstance(name, str) or name not in TARGETS:
        raise ArgumentError(f"target is one of {', '.join(TARGETS)}, and not {name!r:.80}")
    return TARGETS[name]


def traits_of(numbers: object) -> Traits:
    """What is known of numbers that are "real" or "complex"; `ArgumentError` for another word."""
    if not isinstance(numbers, str) or numbers not in _TRAITS:
        raise ArgumentError(f"numbers is one of {', '.join(_TRAITS)}, and not {numbers!r:.80}")
    return _TRAITS[numbers]
