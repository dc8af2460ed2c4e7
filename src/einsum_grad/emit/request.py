"""A pattern to the text of a module, without running it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from einsum_grad.emit.module import write
from einsum_grad.emit.product import LETTERS
from einsum_grad.emit.readable import readable_program, readable_target
from einsum_grad.emit.target import Target
from einsum_grad.emit.targets import TARGETS
from einsum_grad.errors import ArgumentError
from einsum_grad.lower import PLAIN, Gaps, Program, Scale, Traits, arrange, lower, scale_of
from einsum_grad.plan import (
    AUTO,
    Order,
    Path,
    Pattern,
    Shape,
    Sublists,
    arrays,
    contraction_path,
    pairwise,
    request,
    single,
    spell,
)

_READABLE_OPERANDS = 8
_TRAITS = {
    "real": PLAIN,
    "complex": Traits(complex=True),
}


def emit(
    pattern: str | Sublists,
    target: str = "numpy",
    wrt: int | Iterable[int] | None = None,
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
    traits, known = traits_of(numbers), dict(asked.sizes)
    if blocked and sizes is None and shapes is None:
        raise ArgumentError("blocks are for large arrays: give sizes or shapes as well")
    itemsize, order = traits.itemsize, asked.order
    program = program_of(asked.pattern, asked.wrt, chosen, known, traits, itemsize, order)
    return write(readable_program(program), chosen, bare).text


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


def program_of(
    pattern: Pattern,
    wrt: tuple[int, ...],
    target: Target,
    sizes: Mapping[str, int],
    traits: Traits = PLAIN,
    itemsize: int = 8,
    order: Order = AUTO,
    gaps: Gaps = frozenset(),
) -> Program:
    """The program that `target` writes for `pattern`, in labels that may stand in code.

    `sizes` are those of the labels, where they are known, and numbers have `itemsize` bytes;
    `order` is how to find the path, or a path; `gaps` are the operands that have gaps.
    """
    spelled = spell(pattern)
    own = {spelled[label]: size for label, size in sizes.items() if label in spelled}
    safe = pattern.rename(spelled)
    path = path_of(safe, target, own, order)
    scale = scale_of(arrays(safe, path), own, itemsize, gaps)
    return program_along(safe, path, wrt, target, own, traits, scale)


def program_along(
    pattern: Pattern,
    path: Path | None,
    wrt: tuple[int, ...],
    target: Target,
    sizes: Mapping[str, int],
    traits: Traits,
    scale: Scale | None,
    singletons: bool = True,
) -> Program:
    """The same of a pattern whose labels may stand in code already, its path and scale known.

    Text that is written for some sizes is run with others: only who knows those of each call can
    say that there are no `singletons`.
    """
    program = replace(along(pattern, path, wrt, sizes, traits), singletons=singletons)
    if not target.pairwise:
        return program
    return arrange(program, scale if target.out_argument else None)


def along(
    pattern: Pattern,
    path: Path | None,
    wrt: tuple[int, ...],
    sizes: Mapping[str, int],
    traits: Traits = PLAIN,
    names: Sequence[str] = (),
    output: str = "z",
) -> Program:
    """The program of a pattern in labels that may stand in code, its axes in no special order."""
    network = single(pattern) if path is None else pairwise(pattern, path)
    return lower(network, wrt, traits, pattern.output_sizes(sizes), names, output)


def path_of(
    pattern: Pattern, target: Target, sizes: Mapping[str, int], order: Order = AUTO
) -> Path | None:
    """The path along which `target` contracts `pattern`; None where it is left in one piece.

    That is what a readable target does, unless `order` asks for something else.
    """
    readable = len(pattern.inputs) <= _READABLE_OPERANDS and len(pattern.labels()) <= LETTERS
    if readable and not target.pairwise and order == AUTO:
        return None
    return contraction_path(pattern, sizes, order)
