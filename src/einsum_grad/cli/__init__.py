"""The command line, `einsum-grad`."""

from einsum_grad.cli.entry import main
