"""The arguments of an einsum call: what to compile, and the operands."""

from __future__ import annotations

import functools
from collections.abc import Collection, Sequence
from typing import Any

from einsum_grad.errors import ArgumentError
from einsum_grad.plan import Shape, by_letter, check_legal, read_sizes, request
from einsum_grad.runtime.arguments import Arguments
from einsum_grad.runtime.operands.arrays import as_array
from einsum_grad.syntax import (
    Equation,
    check_length,
    check_notation,
    misplaced_space,
    parse,
    read_call,
)

LETTERS = "letters"


def read_einsum(
    args: Sequence[Any], notation: Any, sizes: Any, limited: bool
) -> tuple[Arguments, Sequence[Any]]:
    """Read the positional arguments of an einsum, and the two keywords that np.einsum lacks.

    With neither of these it is np.einsum's call: a `PatternError` says what that can't write, and
    the integers of sublists may be `limited` to its range. With one of them the language is that of
    `compile`. Raises `ArgumentError` for sublists with a notation.

    >>> read_einsum((None, [7, 7], [7, 8]), "letters", {8: 3}, limited=False)[0][:4]
    ('HH->HI', (), 'letters', (('I', 3),))
    """
    plain = sizes is None and is_word(notation, LETTERS)
    if args and isinstance(args[0], str):
        text, operands, letters = args[0], args[1:], None
        check_length(text)
    else:
        text, operands, letters = read_call(args, limited and plain)
    if plain:
        return Arguments(_legal(text), ()), operands
    check_notation(notation)
    if letters is not None:
        if notation != LETTERS:
            raise ArgumentError("notation is that of a text; where labels come in lists, leave it")
        sizes = by_letter(sizes, letters)
    return Arguments(text, (), notation, read_sizes(sizes)), operands


def is_numpys_call(arguments: Arguments) -> bool:
    """Whether the call is np.einsum's, with neither a notation nor sizes."""
    return arguments.sizes is None and arguments.notation == LETTERS


def parsed(arguments: Arguments) -> Equation:
    """The equation of `arguments`."""
    pattern, notation = arguments.pattern, arguments.notation
    return pattern if isinstance(pattern, Equation) else parse(pattern, notation)


def is_word(value: Any, word: str) -> bool:
    """Whether `value`, which may be anything, is `word`."""
    return isinstance(value, str) and value == word


def check_sizes(arguments: Arguments, operands: Sequence[Any]) -> None:
    """Raise `ArgumentError` where `sizes` has another size for a label than the operands."""
    if arguments.sizes:
        _check_sizes(arguments[:4], shapes_of(operands))


def check_no_keywords(keywords: Collection[str]) -> None:
    """Raise `ArgumentError` for keywords beside operands that are no arrays of NumPy."""
    if keywords:
        raise ArgumentError(
            f"an einsum takes {'=, '.join(keywords)}= with arrays of NumPy only: leave it out, and "
            "convert the operands or the result"
        )


def shapes_of(operands: Sequence[Any]) -> tuple[Shape, ...]:
    """The shapes of operands of any library, or of what `np.asarray` takes.

    >>> shapes_of([[[1, 2]], 3.0])
    ((1, 2), ())
    """
    return tuple(
        tuple(
            operand.shape if hasattr(operand, "shape") else as_array(operand, f"operand {n}").shape
        )
        for n, operand in enumerate(operands)
    )


@functools.lru_cache(maxsize=1024)
def _check_sizes(asked: Any, shapes: tuple[Shape, ...]) -> None:
    text, wrt, notation, sizes = asked
    request(text, wrt, notation, dict(sizes), shapes)


@functools.lru_cache(maxsize=1024)
def _legal(text: str) -> str:
    """What np.einsum takes, whose spaces mean nothing wherever they stand."""
    equation = parse(text)
    check_legal(equation)
    return "".join(text.split()) if misplaced_space(equation) else text
