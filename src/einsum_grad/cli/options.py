"""The options that commands share."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any

from einsum_grad.cli.arguments import (
    SCALAR,
    as_file,
    as_operands,
    as_order,
    as_shapes,
    as_sizes,
    as_text,
)
from einsum_grad.errors import ArgumentError

DEFAULT_TARGET = "numpy"
TARGET_NAMES = "numpy|einops|torch|jax|array_api|numba"
DEFAULT_NOTATION = "letters"


def add_request(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what is requested of a pattern."""
    parser.add_argument(
        "--wrt",
        type=as_operands,
        metavar="0,W",
        help="the operands whose gradients to compute, counted from 0 or by name; default: all",
    )
    add_known(parser)
    parser.add_argument(
        "--optimize",
        type=as_order,
        metavar="auto|greedy|1-2,0-1",
        help="the order of contraction: auto (our search, the default), the name of one of "
        "opt_einsum's searches, or a path",
    )


def add_names(parser: argparse.ArgumentParser) -> None:
    """Add the option for what operands and output are called."""
    parser.add_argument(
        "--names",
        type=as_text,
        metavar="Q,K->S",
        help="what the operands are called, and after an arrow the output; default: X,W->Z, or "
        "A,B,C,... of more than two",
    )


def add_known(parser: argparse.ArgumentParser) -> None:
    """Add the options for the known sizes and the notation of a pattern."""
    parser.add_argument("--sizes", type=as_sizes, metavar="b=64,i=256", help="sizes of labels")
    parser.add_argument(
        "--shapes",
        type=as_shapes,
        metavar="2x3,3x4",
        help=f"the operands' shapes; one without axes is written {SCALAR}",
    )
    parser.add_argument(
        "--notation",
        default=DEFAULT_NOTATION,
        metavar="letters|named",
        help="letters as in np.einsum (default), or named: names separated by spaces, as in einops",
    )


def asked(arguments: argparse.Namespace) -> dict[str, Any]:
    """The options of `add_request` and `add_names` that were given, as the library's arguments."""
    names = ("wrt", "sizes", "shapes", "notation", "optimize", "names")
    given = {name: getattr(arguments, name, None) for name in names}
    return {name: value for name, value in given.items() if value is not None}


def add_target(parser: argparse.ArgumentParser) -> None:
    """Add the option for the target of generated code."""
    parser.add_argument(
        "--target",
        metavar=TARGET_NAMES,
        help="how the code is written: numpy (fast, the default), einops (readable), for another "
        "library: torch, jax, or array_api (any library of the array API), or as loops that numba "
        "compiles: numba",
    )


def add_latex(parser: argparse.ArgumentParser, forms: argparse._MutuallyExclusiveGroup) -> None:
    """Add the options for LaTeX, one of several forms, and for the file it goes to."""
    forms.add_argument(
        "--latex", action="store_true", help="print the equations in LaTeX, as one align*"
    )
    parser.add_argument(
        "--document", action="store_true", help="with --latex: a file that pdflatex takes"
    )
    parser.add_argument(
        "--short", action="store_true", help="with --latex: leave out the middle of long products"
    )
    add_output(parser)


def add_output(parser: argparse.ArgumentParser) -> None:
    """Add the option for the file to write."""
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        type=as_file,
        default="-",
        help="the file to write, replaced if it exists; default: standard output",
    )


def wants_code(arguments: argparse.Namespace) -> bool:
    """Whether the code is asked for, in so many words or by its target."""
    return arguments.code or arguments.target is not None


def target_of(arguments: argparse.Namespace) -> str:
    """The requested target, or the default."""
    return arguments.target or DEFAULT_TARGET


def refuse(arguments: argparse.Namespace, names: Iterable[str], why: str) -> None:
    """Raise `ArgumentError` if one of these options was given, which have no effect here."""
    for name in names:
        if getattr(arguments, name) is not None:
            raise ArgumentError(f"--{name} {why}")
