"""The exit codes."""

from __future__ import annotations

from enum import IntEnum

from einsum_grad.errors import ArgumentError, ArgumentTypeError, EinsumGradError


class Exit(IntEnum):
    """How a command ended; the last two are what a shell says of a program ended by a signal."""

    FINE = 0
    REFUSED = 1
    USAGE = 2
    INTERRUPTED = 130
    CLOSED_PIPE = 141


def exit_of(error: EinsumGradError) -> Exit:
    """A refused pattern is not the fault of how the program was called; a refused option is."""
    return Exit.USAGE if isinstance(error, (ArgumentError, ArgumentTypeError)) else Exit.REFUSED
