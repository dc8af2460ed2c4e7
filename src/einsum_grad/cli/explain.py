"""`einsum-grad explain`."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from einsum_grad.cli.arguments import add_request
from einsum_grad.cli.console import is_coloured, say, shows_symbols
from einsum_grad.cli.exits import Exit
from einsum_grad.cli.patterns import add_patterns, are_several, each

if TYPE_CHECKING:
    from einsum_grad.explain import Explanation

_EPILOG = """\
examples:
  einsum-grad explain 'bij,jk->ik'
  einsum-grad explain 'bij,jk->ik' --sizes b=64,i=256,j=256,k=256
  einsum-grad explain 'ij,jk->ik' --shapes 2x3,1x4 --code
  einsum-grad explain 'batch i, i j -> batch j' --notation named
  einsum-grad explain - --json < patterns.txt
"""


def add(commands: Any) -> None:
    """Add the command to argparse's subparsers."""
    parser = commands.add_parser(
        "explain",
        help="explain the gradients of a pattern",
        description="Explain the gradient of every operand: its pattern, and why it is right.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add_patterns(parser)
    add_request(parser)
    parser.add_argument(
        "--itemsize", type=int, default=8, metavar="8", help="bytes a number, for the costs"
    )
    parser.add_argument("--code", action="store_true", help="add the generated code")
    parser.add_argument("--target", help="how the code is written: numpy or einops; adds the code")
    parser.add_argument("--json", action="store_true", help="print JSON, a line for each pattern")
    parser.add_argument(
        "--color",
        action=argparse.BooleanOptionalAction,
        help="colour the text; default: on a terminal, unless NO_COLOR is set",
    )
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> Exit:
    separated = _separator(are_several(arguments.patterns) and not arguments.json)

    def work(pattern: str) -> Exit:
        text = _explained(pattern, arguments)
        next(separated)
        say(text)
        return Exit.FINE

    return each(arguments.patterns, work)


def _explained(pattern: str, arguments: argparse.Namespace) -> str:
    from einsum_grad.explain import explain

    asked = {name: getattr(arguments, name) for name in ("wrt", "sizes", "shapes", "notation")}
    explanation = explain(pattern, itemsize=arguments.itemsize, **asked)
