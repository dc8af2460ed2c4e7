"""What the arguments of the commands have in common: how they are written, and read."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from einsum_grad.plan import Shape
from einsum_grad.syntax import NOTATIONS

SCALAR = "scalar"
"""How a shape without axes is written."""

DEFAULT_TARGET = "numpy"

_ARROWS = ("->", "-->")
_MOST_DIGITS = 18


def protected(argv: Sequence[str]) -> list[str]:
    """The arguments, those that begin with an arrow made unlike an option by a space.

    >>> protected(["explain", "->i", "--sizes", "i=3"])
    ['explain', ' ->i', '--sizes', 'i=3']
    """
    return [f" {argument}" if argument.startswith(_ARROWS) else argument for argument in argv]


def as_text(argument: str) -> str:
    """An argument as it was given."""
    return argument.removeprefix(" ") if argument.startswith(" -") else argument


def as_positions(argument: str) -> tuple[int, ...]:
    """Positions of operands: `0,1`."""
    return tuple(_number(part, "a position") for part in argument.split(","))


def as_sizes(argument: str) -> dict[str, int]:
    """The sizes of labels: `b=64,i=256`."""
    sizes: dict[str, int] = {}
    for part in argument.split(","):
        label, equals, size = part.partition("=")
        label = label.strip()
        if not equals or not label:
            raise argparse.ArgumentTypeError(f"{part!r} is not written label=size")
        if label in sizes:
            raise argparse.ArgumentTypeError(f"{label} has two sizes")
        sizes[label] = _number(size, f"the size of {label}")
    return sizes


def as_shapes(argument: str) -> tuple[Shape, ...]:
    """The operands' shapes: `2x3,3x4`, where `scalar` has no axes."""
    return tuple(_shape(part.strip()) for part in argument.split(","))


def _shape(text: str) -> Shape:
    return () if text == SCALAR else tuple(_number(n, "a size in a shape") for n in text.split("x"))


def _number(text: str, what: str) -> int:
    digits = text.strip()
    if not (digits.isascii() and digits.isdecimal()):
        raise argparse.ArgumentTypeError(f"{what} is a number from 0 on, and not {text!r}")
    if len(digits) > _MOST_DIGITS:
        raise argparse.ArgumentTypeError(f"{what} has at most {_MOST_DIGITS} digits")
    return int(digits)


def add_request(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what of a pattern is asked for."""
    parser.add_argument(
        "--wrt",
        type=as_positions,
        metavar="0,1",
        help="the operands whose gradients are wanted, counted from 0; default: all",
    )
    parser.add_argument("--sizes", type=as_sizes, metavar="b=64,i=256", help="sizes of labels")
    parser.add_argument(
        "--shapes",
        type=as_shapes,
        metavar="2x3,3x4",
        help=f"the operands' shapes; one without axes is written {SCALAR}",
    )
    parser.add_argument(
        "--notation",
        choices=NOTATIONS,
        default=NOTATIONS[0],
        help="letters as in np.einsum, or names divided by spaces as in einops",
    )


def asked(arguments: argparse.Namespace) -> dict[str, Any]:
    """The options of `add_request` as keyword arguments of the library."""
    return {name: getattr(arguments, name) for name in ("wrt", "sizes", "shapes", "notation")}


def add_target(parser: argparse.ArgumentParser) -> None:
    """Add how generated code is written."""
    parser.add_argument(
        "--target",
        default=DEFAULT_TARGET,
        help=f"how the code is written: numpy (fast) or einops (readable); default: {DEFAULT_TARGET}",
    )
