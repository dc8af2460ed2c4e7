"""What a module says that it computes, read from its docstrings."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from einsum_grad.emit import traits_of
from einsum_grad.emit.module import CONVENTION
from einsum_grad.errors import ArgumentError
from einsum_grad.lower import PLAIN, Traits
from einsum_grad.plan import UNIT, Pattern, check_wrt, pattern_of
from einsum_grad.syntax import parse

_TITLE = re.compile(r"The einsum (.*) and its gradients\.")
_DERIVATIVE = re.compile(r"The (Jacobian|Hessian) of the einsum ")
_FULL = re.compile(r"\n\n +(\S.*?)\n\n", re.DOTALL)
_SIZE = re.compile(r"^ +(\w+) has size (\d+)$", re.MULTILINE)
_GRADIENTS = re.compile(r"the gradients \((.*?),?\)")
_NAMED = re.compile(r"L\d*[02-9]")
_UNIT = re.compile(rf"\b{UNIT}\b")
_FREE = "ı"
"""Stands for a unit, which the language has not; spelled patterns have ASCII letters alone."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A pattern, the operands whose gradients `backward` returns, and the numbers it is for.

    `sizes` are those that stand in the code: of the labels that the output alone has. Where the
    numbers are complex, the operands `real` are not.
    """

    pattern: Pattern
    wrt: tuple[int, ...]
    sizes: tuple[tuple[str, int], ...] = ()
    traits: Traits = PLAIN
    real: tuple[int, ...] = ()


def read_claim(
    text: str,
    pattern: str | None = None,
    wrt: tuple[int, ...] | None = None,
    notation: str = "letters",
    sizes: Mapping[str, int] | None = None,
    numbers: Any = None,
) -> Claim:
    """Read what the module `text` says of itself, as `emit` writes it.

    `pattern`, in `notation`, `wrt` and `numbers` go before what it says, and so do `sizes` of
    labels that the output of `pattern` alone has. Raises `ArgumentError` where nothing says the
    einsum, `PatternError` where that is none, and `SyntaxError` where `text` is no Python.

    >>> from einsum_grad.emit import emit
    >>> claim = read_claim(emit("bij,jk->ik", wrt=1))
    >>> str(claim.pattern), claim.wrt
    ('bij,jk->ik', (1,))
    """
    tree = ast.parse(text)
    told = ast.get_docstring(tree, clean=False) or ""
    known = dict(sizes or {}) if pattern else {x: int(size) for x, size in _SIZE.findall(told)}
    said = pattern_of(parse(pattern, notation), known) if pattern else _pattern(told, known)
    count = len(said.inputs)
    convention = next((key for key, note in CONVENTION.items() if note in told), None)
    traits = PLAIN if convention is None else Traits(complex=True, conjugate=convention)
    wanted, real = (traits, ()) if numbers is None else read_numbers(numbers, count)
    return Claim(
        said,
        _wrt(tree, count) if wrt is None else check_wrt(wrt, count),
        tuple(said.output_sizes(known).items()),
        traits if wanted.complex and traits.complex else wanted,
        real,
    )


def read_numbers(numbers: Any, count: int) -> tuple[Traits, tuple[int, ...]]:
    """What is computed with, and the operands that are real though others are complex.

    `numbers` is "real" or "complex", or a sequence with one of the two for each of `count`
    operands. Raises `ArgumentError` for others.

    >>> read_numbers(("real", "complex"), 2)
    (Traits(complex=True, conjugate=True, whole=False), (0,))
    """
    if isinstance(numbers, str) or not isinstance(numbers, Sequence):
        return traits_of(numbers), ()
    every = list(map(traits_of, numbers))
    if len(every) != count:
        raise ArgumentError(f"numbers has {len(every)} words, and the pattern {count} operands")
    real = tuple(place for place, traits in enumerate(every) if not traits.complex)
    return (PLAIN, ()) if len(real) == count else (traits_of("complex"), real)


def _pattern(told: str, sizes: Collection[str]) -> Pattern:
    title = _TITLE.search(told)
    if derivative := _DERIVATIVE.match(told):
        raise ArgumentError(
            f"this is the module of a {derivative[1]}, and a certificate is of an einsum's "
            "gradients, as emit writes them"
        )
    if title is None:
        raise ArgumentError(
            "the module does not say its einsum, as a docstring that begins with "
            "'The einsum ij,jk->ik and its gradients.' does; give its pattern"
        )
    written = title[1]
    if written.endswith("…"):
        full = _FULL.search(told)
        written = " ".join(full[1].split()) if full else written
    notation = "named" if _NAMED.search(written) else "letters"
    units = written.replace(UNIT, _FREE) if notation == "letters" else _UNIT.sub(_FREE, written)
    return pattern_of(parse(units, notation), (*sizes, _FREE)).rename({_FREE: UNIT})


def _wrt(tree: ast.Module, count: int) -> tuple[int, ...]:
    """The operands of the gradients that `backward` says to return; all, if it says nothing."""
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    if not {"forward", "backward"} <= functions.keys():
        return tuple(range(count))
    names = [f"d{argument.arg}" for argument in functions["forward"].args.args]
    doc = ast.get_docstring(functions["backward"]) or ""
    told = _GRADIENTS.search(" ".join(doc.split()))
    wanted = [name for name in told[1].split(", ") if name] if told else ["?"]
    # A pattern that was given may have fewer operands than the module: then it is wrong, not this.
    known = all(name in names[:count] for name in wanted)
    return tuple(map(names.index, wanted)) if known else tuple(range(count))
