"""What a module claims to compute, read from its docstrings."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from einsum_grad.certify.library import NUMPY, library_of
from einsum_grad.emit import traits_of
from einsum_grad.emit.module import ALIKE, CONVENTION
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
"""Stands for a unit, which the grammar lacks; spelled patterns have only ASCII letters."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A pattern, the operands whose gradients `backward` returns, and the kind of numbers.

    `sizes` are those that the code contains: of output-only labels, and of small matrices. If the
    numbers are complex, the operands in `real` are real all the same. `library` is the one on whose
    arrays the module computes, by the name of its target; "numpy" for those of NumPy. With `alike`
    it is for real numbers as well as complex ones.
    """

    pattern: Pattern
    wrt: tuple[int, ...]
    sizes: tuple[tuple[str, int], ...] = ()
    traits: Traits = PLAIN
    real: tuple[int, ...] = ()
    library: str = NUMPY
    alike: bool = False


def read_claim(
    text: str,
    pattern: str | None = None,
    wrt: tuple[int | str, ...] | None = None,
    notation: str = "letters",
    sizes: Mapping[str, int] | None = None,
    numbers: Any = None,
) -> Claim:
    """Read the claim in the docstrings of the module `text`, as `emit` writes them.

    `pattern`, in `notation`, `wrt` and `numbers` override it, and so do the `sizes` of output-only
    labels of `pattern`. Raises `ArgumentError` if the einsum is stated nowhere or the module
    needs a library without exact numbers, `PatternError` if the einsum is invalid, and
    `SyntaxError` if `text` is not Python.

    >>> from einsum_grad.emit import emit
    >>> claim = read_claim(emit("bij,jk->ik", wrt=1))
    >>> str(claim.pattern), claim.wrt
    ('bij,jk->ik', (1,))
    """
    tree = ast.parse(text)
    doc = ast.get_docstring(tree, clean=False) or ""
    known = dict(sizes or {}) if pattern else {x: int(size) for x, size in _SIZE.findall(doc)}
    claimed = pattern_of(parse(pattern, notation), known) if pattern else _pattern(doc, known)
    count = len(claimed.inputs)
    conventions = ((conj, note) for notes in (CONVENTION, ALIKE) for conj, note in notes.items())
    convention, note = next((each for each in conventions if each[1] in doc), (None, ""))
    traits = PLAIN if convention is None else Traits(complex=True, conjugate=convention)
    wanted, real = (traits, ()) if numbers is None else read_numbers(numbers, count)
    return Claim(
        claimed,
        _wrt(tree, count) if wrt is None else check_wrt(wrt, count),
        tuple(_in_code(claimed, known, bool(pattern)).items()),
        traits if wanted.complex and traits.complex else wanted,
        real,
        library_of(tree),
        numbers is None and note in ALIKE.values(),
    )


def _in_code(claimed: Pattern, known: Mapping[str, int], given: bool) -> dict[str, int]:
    """The sizes that a module is written for: of a `given` pattern no more than is needed."""
    labels = [label for label in claimed.labels() if label in known]
    return claimed.output_sizes(known) if given else {label: known[label] for label in labels}


def read_numbers(numbers: Any, count: int) -> tuple[Traits, tuple[int, ...]]:
    """The kind of numbers, and the operands that are real while others are complex.

    `numbers` is "real" or "complex", or a sequence of these with one entry for each of `count`
    operands. Raises `ArgumentError` for anything else.

    >>> read_numbers(("real", "complex"), 2)
    (Traits(complex=True, conjugate=True, whole=False), (0,))
    """
    if isinstance(numbers, str) or not isinstance(numbers, Sequence):
        return traits_of(numbers), ()
    every = list(map(traits_of, numbers))
    if len(every) != count:
        raise ArgumentError(f"numbers has {len(every)} words, but the pattern has {count} operands")
    real = tuple(place for place, traits in enumerate(every) if not traits.complex)
    return (PLAIN, ()) if len(real) == count else (traits_of("complex"), real)


def _pattern(doc: str, sizes: Collection[str]) -> Pattern:
    title = _TITLE.search(doc)
    if derivative := _DERIVATIVE.match(doc):
        raise ArgumentError(
            f"this is the module of a {derivative[1]}, but a certificate is for an einsum's "
            "gradients, as emit writes them"
        )
    if title is None:
        raise ArgumentError(
            "the module does not state its einsum in a docstring that begins like "
            "'The einsum ij,jk->ik and its gradients.'; give its pattern"
        )
    written = title[1]
    if written.endswith("…"):
        full = _FULL.search(doc)
        written = " ".join(full[1].split()) if full else written
    notation = "named" if _NAMED.search(written) else "letters"
    units = written.replace(UNIT, _FREE) if notation == "letters" else _UNIT.sub(_FREE, written)
    return pattern_of(parse(units, notation), (*sizes, _FREE)).rename({_FREE: UNIT})


def _wrt(tree: ast.Module, count: int) -> tuple[int, ...]:
    """The operands whose gradients `backward` claims to return; all, if it claims nothing."""
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    if not {"forward", "backward"} <= functions.keys():
        return tuple(range(count))
    names = [f"d{argument.arg}" for argument in functions["forward"].args.args]
    doc = ast.get_docstring(functions["backward"]) or ""
    stated = _GRADIENTS.search(" ".join(doc.split()))
    wanted = [name for name in stated[1].split(", ") if name] if stated else ["?"]
    # A given pattern may have fewer operands than the module; that is judged later.
    known = all(name in names[:count] for name in wanted)
    return tuple(map(names.index, wanted)) if known else tuple(range(count))
