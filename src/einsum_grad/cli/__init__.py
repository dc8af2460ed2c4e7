"""The command line: `einsum-grad explain`, `emit` and `check`."""

from einsum_grad.cli.entry import main

__all__ = ["main"]
