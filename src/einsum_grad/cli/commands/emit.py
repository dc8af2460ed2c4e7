"""`einsum-grad emit`."""

from __future__ import annotations

import argparse
from typing import Any

from einsum_grad.cli.arguments import as_text
from einsum_grad.cli.exits import Exit
from einsum_grad.cli.files import deliver
from einsum_grad.cli.options import add_output, add_request, add_target, asked, target_of
from einsum_grad.cli.parser import add_command
from einsum_grad.cli.progress import progress

_EXAMPLES = """\
einsum-grad emit 'bij,jk->ik'
einsum-grad emit 'bij,jk->ik' --target einops --wrt 0 -o gradient.py && python gradient.py
"""
_EPILOG = """\
The module imports nothing but its target's library. Run as a script, it checks its gradients,
unless it is --bare.
"""


def add(commands: Any) -> None:
    """Add the command to argparse's subparsers."""
    parser = add_command(
        commands,
        "emit",
        "write a module with the gradients of a pattern",
        "Write a Python module with the forward and the gradients of a pattern.",
        _EXAMPLES,
        _EPILOG,
    )
    parser.add_argument("pattern", type=as_text, metavar="PATTERN", help="such as 'bij,jk->ik'")
    add_request(parser)
    add_target(parser)
    parser.add_argument(
        "--numbers",
        metavar="real|complex",
        default="real",
        help="the kind of numbers; gradients of complex operands are conjugated",
    )
    parser.add_argument(
        "--blocked",
        action="store_true",
        help="loop over blocks if --sizes or --shapes say that the arrays are large",
    )
    parser.add_argument("--bare", action="store_true", help="leave out the self-check")
    add_output(parser)
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> Exit:
    from einsum_grad.emit import emit

    with progress("searching for an order of contraction"):
        text = emit(
            arguments.pattern,
            target=target_of(arguments),
            numbers=arguments.numbers,
            blocked=arguments.blocked,
            bare=arguments.bare,
            **asked(arguments),
        )
    deliver(text.removesuffix("\n"), arguments.output)
    return Exit.FINE
