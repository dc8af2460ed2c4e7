"""The entry point: arguments to a command, and its outcome to an exit code."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from einsum_grad import __version__
from einsum_grad.cli.arguments import protected
from einsum_grad.cli.commands import (
    certify,
    check,
    completion,
    derivative,
    derive,
    draw,
    emit,
    explain,
    serve,
)
from einsum_grad.cli.console import complain, finish, give_up, prepare
from einsum_grad.cli.exits import Exit, exit_of
from einsum_grad.cli.parser import Parser, suggestion
from einsum_grad.errors import EinsumGradError
from einsum_grad.visible import visible

_DESCRIPTION = "Turn an einsum pattern into its gradients: explained, as code, and proved."
_EXAMPLES = """\
einsum-grad explain 'bij,jk->ik'
einsum-grad emit 'bij,jk->ik' --target einops -o gradients.py
einsum-grad check 'bij,jk->ik' --sizes b=3,i=4
einsum-grad certify gradients.py
"""
_EPILOG = """\
Quote the pattern: to the shell, > is a redirection. Windows' cmd wants double quotes: "ij,jk->ik".
dZ stands for dL/dZ, the derivative of a loss L by the output Z, and dX for dL/dX.
'einsum-grad COMMAND --help' tells more. Exit codes: 0 fine, 1 refused or failed, 2 usage.
docs/glossary.md explains ten words: label, axis, operand, cotangent, pullback, ...
"""
_COMMANDS = (explain, draw, emit, check, certify, derivative, derive, serve, completion)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; `argv` defaults to `sys.argv[1:]`.

    >>> main(["explain", "ij->ji"])
    Z[j,i] = X[i,j]
        cost      no arithmetic
    <BLANKLINE>
    dZ is ∂L/∂Z, the derivative of a loss L
    <BLANKLINE>
    dX[i,j] = dZ[j,i]      put dZ in the place of X:  ji->ij
        every label of X is on the left: this runs as it stands
        reduced   ji->ij
        repeat    nothing
        cost      no arithmetic
    0
    """
    try:
        prepare()
        code = _run(sys.argv[1:] if argv is None else argv)
        finish()
        return code
    except BrokenPipeError:
        give_up()
        return Exit.CLOSED_PIPE
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except OSError as error:
        give_up()
        where = f"{visible(str(error.filename))}: " if error.filename else ""
        complain(f"{where}{error.strerror}")
        return Exit.REFUSED
    except MemoryError:
        complain("there is not enough memory for arrays of these sizes")
        return Exit.REFUSED


def _run(argv: Sequence[str]) -> int:
    parser, commands = program()
    try:
        arguments = _parsed(parser, commands, protected(argv))
        if "run" not in arguments:
            parser.print_help(sys.stderr)
            return Exit.USAGE
        return int(arguments.run(arguments))
    except SystemExit as end:  # argparse has said why
        return int(end.code or 0)
    except EinsumGradError as error:
        complain(str(error))
        return exit_of(error)


def _parsed(parser: Parser, commands: dict[str, Parser], argv: Sequence[str]) -> argparse.Namespace:
    """The arguments; what is not known gets a suggestion."""
    word = next(iter(argv), "-")
    if not word.startswith("-") and word not in commands:
        meant = suggestion(word, commands) or f"; the commands are {', '.join(commands)}"
        parser.error(f"there is no command {word!r}{meant}")
    arguments, unknown = parser.parse_known_args(argv)
    if unknown:
        commands.get(word, parser).refuse(unknown)
    return arguments


def program() -> tuple[Parser, dict[str, Parser]]:
    """The parser of the whole command line, and those of its commands by name."""
    parser = Parser(
        prog="einsum-grad", description=_DESCRIPTION, epilog=_EPILOG, examples=_EXAMPLES
    )
    parser.add_argument("--version", action="version", version=f"einsum-grad {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for command in _COMMANDS:
        command.add(commands)
    return parser, dict(commands.choices)
