"""The syntax of arguments: positions, sizes, shapes, and patterns that begin with an arrow."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from einsum_grad.plan import Shape

SCALAR = "scalar"
"""How a shape without axes is written."""

_ARROWS = ("->", "-->")
_OPTION = re.compile(r"-h|-|--[a-z-]*(=.*)?", re.DOTALL)
"""How options of commands that take expressions are written; anything else may begin with minus."""

_MOST_DIGITS = 18


def protected(argv: Sequence[str]) -> list[str]:
    """The arguments, with a space before arrows and minuses, which argparse takes for options.

    >>> protected(["explain", "->i", "--sizes", "i=3"])
    ['explain', ' ->i', '--sizes', 'i=3']
    >>> protected(["derive", "-x@x", "--wrt", "x"])
    ['derive', ' -x@x', '--wrt', 'x']
    >>> protected(["check", "-x@x", "--given", "x: n", "--guess", "-x"])
    ['check', ' -x@x', '--given', 'x: n', '--guess', ' -x']
    """
    derives = _takes_expressions(argv)
    return [
        f" {argument}"
        if argument.startswith(_ARROWS)
        or ((derives or before == "--guess") and _is_minus(argument))
        else argument
        for before, argument in zip(["", *argv], argv, strict=False)
    ]


def _takes_expressions(argv: Sequence[str]) -> bool:
    """Whether the arguments are expressions, and not patterns."""
    given = any(argument.partition("=")[0] == "--given" for argument in argv)
    return argv[:1] == ["derive"] or (argv[:1] == ["check"] and given)


def _is_minus(argument: str) -> bool:
    """Whether an argument is no option, but an expression that begins with minus."""
    return argument.startswith("-") and _OPTION.fullmatch(argument) is None


def as_text(argument: str) -> str:
    """An argument as the user gave it."""
    return argument.removeprefix(" ") if argument.startswith(" -") else argument


def as_file(argument: str) -> str:
    """A file name, or - for a standard stream."""
    name = as_text(argument)
    if not name or "\0" in name:
        raise argparse.ArgumentTypeError(f"this is not a file name: {name!r}")
    return name


def as_words(argument: str) -> str | tuple[str, ...]:
    """A word, or several separated by commas.

    >>> as_words("real"), as_words("real,complex")
    ('real', ('real', 'complex'))
    """
    first, *others = (word.strip() for word in argument.split(","))
    return (first, *others) if others else first


def as_names(argument: str) -> tuple[str, ...]:
    """Names of arrays: `U,V`."""
    return tuple(name.strip() for name in argument.split(","))


def as_number(argument: str) -> int:
    """A number of at least 0."""
    return _number(argument, "this")


def as_count(argument: str) -> int:
    """A number of at least 1."""
    count = _number(argument, "this")
    if not count:
        raise argparse.ArgumentTypeError("this must be at least 1, and not 0")
    return count


def as_operands(argument: str, between: str = ",") -> tuple[int | str, ...]:
    """Operands by their positions or names.

    >>> as_operands("0,1"), as_operands("W")
    ((0, 1), ('W',))
    """
    parts = (part.strip() for part in argument.split(between))
    return tuple(part if part.isidentifier() else _number(part, "a position") for part in parts)


def as_variables(argument: str) -> tuple[tuple[int | str, ...], ...]:
    """Variables, each given by its operand or by all of them: `0,1`, `0+2,1`, `A+C`.

    >>> as_variables("0+2,B")
    ((0, 2), ('B',))
    """
    return tuple(as_operands(variable, "+") for variable in argument.split(","))


def as_sizes(argument: str) -> dict[str, int]:
    """The sizes of labels: `b=64,i=256`."""
    return _of_labels(argument, "size")


def as_chunks(argument: str) -> dict[str, int]:
    """The sizes of the chunks of labels: `i=1000,j=500`."""
    return _of_labels(argument, "chunk")


def _of_labels(argument: str, what: str) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for part in argument.split(","):
        label, equals, size = part.partition("=")
        label = label.strip(" ")
        if not equals or not label:
            raise argparse.ArgumentTypeError(f"{part!r} is not written label={what}")
        if label in sizes:
            raise argparse.ArgumentTypeError(f"{label} has two {what}s")
        sizes[label] = _number(size, f"the {what} of {label}")
    return sizes


def as_order(argument: str) -> str | tuple[tuple[int, ...], ...]:
    """An order of contraction: the name of a search, or the steps of a path, `1-2,0-1`."""
    if not argument[:1].isdecimal():
        return argument
    return tuple(
        tuple(_number(place, "a position in a path") for place in step.split("-"))
        for step in argument.split(",")
    )


def as_shapes(argument: str) -> tuple[Shape, ...]:
    """The operands' shapes: `2x3,3x4`, where `scalar` has no axes."""
    return tuple(_shape(part.strip()) for part in argument.split(","))


def _shape(text: str) -> Shape:
    return () if text == SCALAR else tuple(_number(n, "a size in a shape") for n in text.split("x"))


def _number(text: str, what: str) -> int:
    digits = text.strip()
    if not (digits.isascii() and digits.isdecimal()):
        raise argparse.ArgumentTypeError(f"{what} must be a number of at least 0, and not {text!r}")
    if len(digits) > _MOST_DIGITS:
        raise argparse.ArgumentTypeError(f"{what} may have at most {_MOST_DIGITS} digits")
    return int(digits)
