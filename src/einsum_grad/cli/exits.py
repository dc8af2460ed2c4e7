"""The exit codes."""

from __future__ import annotations

from enum import IntEnum

from einsum_grad.errors import ArgumentError, ArgumentTypeError, EinsumGradError


class Exit(IntEnum):
    """How a command ended; the last two are the shell's codes for SIGINT and SIGPIPE."""

    FINE = 0
    REFUSED = 1
    USAGE = 2
    INTERRUPTED = 130
    CLOSED_PIPE = 141


def exit_of(error: EinsumGradError) -> Exit:
    """An invalid option is a usage error; an invalid pattern is not."""
    return Exit.USAGE if isinstance(error, (ArgumentError, ArgumentTypeError)) else Exit.REFUSED
