"""`einsum-grad certify`."""

from __future__ import annotations

import argparse
import contextlib
import re
import sys
from typing import TYPE_CHECKING, Any

from einsum_grad.cli.arguments import as_count, as_text, as_words
from einsum_grad.cli.console import as_json, say
from einsum_grad.cli.exits import Exit
from einsum_grad.cli.options import add_request, add_target, asked, refuse, target_of
from einsum_grad.errors import ArgumentError

if TYPE_CHECKING:
    from einsum_grad.certify import Certificate

_EPILOG = """\
examples:
  einsum-grad certify 'bij,jk->ik'
  einsum-grad certify 'bij,jk->ik' --target einops --numbers complex
  einsum-grad certify gradients.py

The code itself is run on random numbers modulo a large prime, where nothing is rounded. A module
says its pattern in its docstring; --pattern says another. Do not certify a file that you would not
run: it is executed, and one that never ends is not stopped.
"""


def add(commands: Any) -> None:
    """Add the command to argparse's subparsers."""
    parser = commands.add_parser(
        "certify",
        help="prove the gradients of a pattern, or of a module, right",
        description="Prove the gradients of generated code right; exit 1 if one is wrong.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "subject",
        type=as_text,
        metavar="PATTERN|FILE",
        help="a pattern, or a module that emit wrote: a name with a / or with .py at its end",
    )
    add_request(parser)
    add_target(parser)
    parser.add_argument(
        "--numbers",
        type=as_words,
        metavar="real|complex",
        help="what the code is for, or for each operand, as real,complex; default: real, or what "
        "a file says",
    )
    parser.add_argument("--pattern", type=as_text, help="of a file that does not say its own")
    parser.add_argument(
        "--trials", type=as_count, default=1, metavar="1", help="how often, with new numbers"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> Exit:
    certify = _of_file if _is_file(arguments.subject) else _of_pattern
    with contextlib.redirect_stdout(sys.stderr):  # what a module prints is no result
        certificate = certify(arguments)
    document = as_json(certificate.to_dict())
    say(document if arguments.json else str(certificate))
    return Exit.FINE if certificate.is_right else Exit.REFUSED


def _is_file(subject: str) -> bool:
    """Whether this names a file: no pattern has a slash, or a single dot.

    >>> _is_file("gradients.py"), _is_file("./gradients"), _is_file("...py")
    (True, True, False)
    """
    return "/" in subject or re.search(r"(?<!\.\.)\.py$", subject) is not None


def _of_pattern(arguments: argparse.Namespace) -> Certificate:
    from einsum_grad.plan import request
    from einsum_grad.runtime import compile

    if arguments.pattern is not None:
        raise ArgumentError("--pattern says the einsum of a file, and this is a pattern")
    options = asked(arguments)
    bound = request(arguments.subject, **options)
    function = compile(arguments.subject, target=target_of(arguments), **options)
    return function.certify(dict(bound.sizes), arguments.trials, arguments.numbers or "real")


def _of_file(arguments: argparse.Namespace) -> Certificate:
    from pathlib import Path

    from einsum_grad.runtime.certified import certify_module

    why = "goes with a pattern, and this is a file, which is run as it stands"
    refuse(arguments, ("shapes", "target", "optimize"), why)
    return certify_module(
        Path(arguments.subject).read_bytes(),
        arguments.pattern,
        arguments.wrt,
        arguments.sizes,
        arguments.trials,
        arguments.notation,
        numbers=arguments.numbers,
    )
