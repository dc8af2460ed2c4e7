"""`einsum-grad draw`."""

from __future__ import annotations

import argparse
from typing import Any

from einsum_grad.cli.arguments import as_text
from einsum_grad.cli.exits import Exit
from einsum_grad.cli.files import deliver
from einsum_grad.cli.options import add_names, add_output, add_request, asked
from einsum_grad.cli.parser import add_command
from einsum_grad.cli.progress import progress

_EXAMPLES = """\
einsum-grad draw 'bij,jk->ik' -o product.svg
einsum-grad draw 'bij,jk->ik' --wrt X -o gradient.svg
einsum-grad draw 'bqd,bkd->bqk' --names 'Q,K->S' --wrt K
"""
_EPILOG = """\
Arrays are nodes, labels are edges. With --wrt the drawing is that of a gradient: the cotangent
stands where the output was, and the operand's node is empty. An edge that the empty node alone has
is a repeat axis; one that splits at a node is a diagonal. Of more than 12 operands the tree of
their contraction is drawn, with its costs.
"""


def add(commands: Any) -> None:
    """Add the command to argparse's subparsers."""
    parser = add_command(
        commands,
        "draw",
        "draw a pattern or a gradient, as SVG",
        "Draw a pattern, or the gradient of an operand, as a network in SVG.",
        _EXAMPLES,
        _EPILOG,
    )
    parser.add_argument("pattern", type=as_text, metavar="PATTERN", help="such as 'bij,jk->ik'")
    add_request(parser)
    add_names(parser)
    add_output(parser)
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> Exit:
    from einsum_grad.explain import draw

    with progress("searching for an order of contraction"):
        drawing = draw(arguments.pattern, **asked(arguments))
    deliver(drawing.svg, arguments.output)
    return Exit.FINE
