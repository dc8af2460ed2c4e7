"""`einsum-grad certify`."""

from __future__ import annotations

import argparse
import contextlib
import re
from typing import TYPE_CHECKING, Any

from einsum_grad.cli.arguments import as_count, as_text, as_words
from einsum_grad.cli.console import Diagnostics, as_json, say, tell
from einsum_grad.cli.exits import Exit
from einsum_grad.cli.meaning import tell_meaning
from einsum_grad.cli.options import add_request, add_target, asked, refuse, target_of
from einsum_grad.cli.parser import add_command
from einsum_grad.errors import ArgumentError, PatternError
from einsum_grad.progress import progress

if TYPE_CHECKING:
    from einsum_grad.certify import Certificate
    from einsum_grad.certify.expression.certify import ExpressionCertificate

_EXAMPLES = """\
einsum-grad certify 'bij,jk->ik'
einsum-grad certify 'bij,jk->ik' --target einops --numbers complex
einsum-grad certify gradients.py
"""
_EPILOG = """\
The code itself runs on random numbers modulo a large prime, where nothing is rounded; that of
PyTorch, JAX and the array API on doubles of which none is rounded. A module
states its pattern in its docstring; --pattern overrides it. Do not certify a file that you would
not run: it is executed, without a time limit.
"""


def add(commands: Any) -> None:
    """Add the command to argparse's subparsers."""
    parser = add_command(
        commands,
        "certify",
        "prove the gradients of a pattern, or of a module, right",
        "Prove the gradients of generated code right; exit 1 if one is wrong.",
        _EXAMPLES,
        _EPILOG,
    )
    parser.add_argument(
        "subject",
        type=as_text,
        metavar="PATTERN|FILE",
        help="a pattern, or a module that emit wrote: a name that ends in .py, or any with --file",
    )
    parser.add_argument(
        "--file", action="store_true", help="treat the argument as a file, whatever its name"
    )
    add_request(parser)
    add_target(parser)
    parser.add_argument(
        "--numbers",
        type=as_words,
        metavar="real|complex",
        help="the kind of numbers, for all operands or for each, as real,complex; default: real, "
        "or what a file states",
    )
    parser.add_argument(
        "--pattern", type=as_text, help="the pattern of a file that does not state it"
    )
    parser.add_argument(
        "--trials",
        type=as_count,
        default=1,
        metavar="1",
        help="the number of trials, each with new numbers",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> Exit:
    certify = _of_file if arguments.file or _is_file(arguments.subject) else _of_pattern
    from einsum_grad.certify import Certificate

    # What a module prints is no result.
    with progress("running the code on exact numbers"), contextlib.redirect_stdout(Diagnostics()):
        certificate = certify(arguments)
    if arguments.json:
        say(as_json(certificate.to_dict()))
    else:
        tell(str(certificate))
        if isinstance(certificate, Certificate):
            tell_meaning()
    return Exit.FINE if certificate.is_right else Exit.REFUSED


def _is_file(subject: str) -> bool:
    """Whether this is a file name by its ending; no pattern has a single dot.

    >>> _is_file("gradients.py"), _is_file("i/j->ij"), _is_file("...py")
    (True, False, False)
    """
    return re.search(r"(?<!\.\.)\.py$", subject) is not None


def _is_there(name: str) -> bool:
    from pathlib import Path

    try:
        return Path(name).is_file()
    except OSError:  # a name can be too long for a path
        return False


def _of_pattern(arguments: argparse.Namespace) -> Certificate:
    from einsum_grad.functions import compile
    from einsum_grad.plan import request

    if arguments.pattern is not None:
        raise ArgumentError("--pattern states the einsum of a file, but this is a pattern")
    options = asked(arguments)
    try:
        bound = request(arguments.subject, **options)
    except PatternError as error:
        if not _is_there(arguments.subject):
            raise
        raise ArgumentError(f"{error}\nto certify the file of this name, add --file") from None
    function = compile(arguments.subject, target=target_of(arguments), **options)
    return function.certify(dict(bound.sizes), arguments.trials, arguments.numbers or "real")


def _of_file(arguments: argparse.Namespace) -> Certificate | ExpressionCertificate:
    from pathlib import Path

    from einsum_grad.functions import certify_module
    from einsum_grad.functions.certified_expression import certify_expression

    why = "goes with a pattern, but this is a file, which is run unchanged"
    refuse(arguments, ("shapes", "target", "optimize"), why)
    text = Path(arguments.subject).read_bytes()
    if (
        arguments.pattern is None
        and (found := certify_expression(text, arguments.trials)) is not None
    ):
        why = "is for an einsum, but this is the module of an expression, which states it"
        refuse(arguments, ("wrt", "sizes", "numbers"), why)
        return found
    return certify_module(
        text,
        arguments.pattern,
        arguments.wrt,
        arguments.sizes,
        arguments.trials,
        arguments.notation,
        numbers=arguments.numbers,
    )
