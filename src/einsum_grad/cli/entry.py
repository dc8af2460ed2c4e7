"""The entry point: arguments to a command, and its outcome to an exit code."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import NoReturn

from einsum_grad import __version__
from einsum_grad.cli import certify, check, derivative, derive, emit, explain
from einsum_grad.cli.arguments import protected
from einsum_grad.cli.console import complain, finish, give_up, prepare
from einsum_grad.cli.exits import Exit, exit_of
from einsum_grad.errors import EinsumGradError
from einsum_grad.visible import visible

_DESCRIPTION = "Turn an einsum pattern into its gradients: explained, as code, and proved."
_EPILOG = """\
examples:
  einsum-grad explain 'bij,jk->ik'
  einsum-grad emit 'bij,jk->ik' --target einops -o gradients.py
  einsum-grad check 'bij,jk->ik' --sizes b=3,i=4
  einsum-grad certify gradients.py

Quote the pattern: to the shell, > is a redirection.
'einsum-grad COMMAND --help' tells more. Exit codes: 0 fine, 1 refused or failed, 2 usage.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; `argv` defaults to `sys.argv[1:]`.

    >>> main(["explain", "ij->ji"])
    Z[j,i] = X[i,j]
        cost      no arithmetic
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
    parser = _parser()
    try:
        arguments = parser.parse_args(protected(argv))
        if "run" not in arguments:
            parser.print_help(sys.stderr)
            return Exit.USAGE
        return int(arguments.run(arguments))
    except SystemExit as end:  # argparse has said why
        return int(end.code or 0)
    except EinsumGradError as error:
        complain(str(error))
        return exit_of(error)


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are escaped: argparse repeats arguments verbatim."""

    def error(self, message: str) -> NoReturn:
        super().error(visible(message))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="einsum-grad",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"einsum-grad {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for command in (explain, emit, check, certify, derivative, derive):
        command.add(commands)
    return parser
