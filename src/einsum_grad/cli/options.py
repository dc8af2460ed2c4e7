"""The options that the commands have in common."""

from __future__ import annotations

import argparse
from typing import Any

from einsum_grad.cli.arguments import SCALAR, as_order, as_positions, as_shapes, as_sizes

DEFAULT_TARGET = "numpy"
DEFAULT_NOTATION = "letters"
DEFAULT_ORDER = "auto"


def add_request(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what of a pattern is asked for."""
    parser.add_argument(
        "--wrt",
        type=as_positions,
        metavar="0,1",
        help="the operands whose gradients are wanted, counted from 0; default: all",
    )
    add_known(parser)
    parser.add_argument(
        "--optimize",
        type=as_order,
        default=DEFAULT_ORDER,
        metavar="auto|greedy|1-2,0-1",
        help="the order of contraction: auto (our search, the default), the name of one of "
        "opt_einsum's, or a path",
    )


def add_known(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what is known of a pattern."""
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
        help="letters as in np.einsum (default), or named: names divided by spaces, as in einops",
    )


def asked(arguments: argparse.Namespace) -> dict[str, Any]:
    """The options of `add_request` as keyword arguments of the library."""
    return {
        name: getattr(arguments, name)
        for name in ("wrt", "sizes", "shapes", "notation", "optimize")
    }


def add_target(parser: argparse.ArgumentParser) -> None:
    """Add how generated code is written."""
    parser.add_argument(
        "--target",
        default=DEFAULT_TARGET,
        metavar="numpy|einops",
        help="how the code is written: numpy (fast, the default) or einops (readable)",
    )
