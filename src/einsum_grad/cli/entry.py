"""The entry point: arguments to a command, and a command's end to an exit code."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from einsum_grad.cli import check, emit, explain
from einsum_grad.cli.console import close, complain, prepare
from einsum_grad.cli.ending import CLOSED_PIPE, INTERRUPTED, REFUSED, USAGE

_DESCRIPTION = "Turn an einsum pattern into its gradients: explained, as code, and checked."
_EPILOG = """\
examples:
  einsum-grad explain 'bij,jk->ik'
  einsum-grad emit 'bij,jk->ik' --target einops -o gradients.py
  einsum-grad check 'bij,jk->ik' --sizes b=3,i=4

Put the pattern in quotation marks: to the shell, > is a redirection.
'einsum-grad COMMAND --help' tells more. Exit codes: 0 fine, 1 refused or failed, 2 usage.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; `argv` are the arguments, by default ours.

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
        close()
    except BrokenPipeError:
        close(quietly=True)
        return CLOSED_PIPE
    except KeyboardInterrupt:
        close(quietly=True)
        return INTERRUPTED
    except OSError as error:
        close(quietly=True)
        complain(str(error))
        return REFUSED
    return code
