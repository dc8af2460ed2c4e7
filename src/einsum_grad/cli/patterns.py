"""The patterns that a command works on, one after the other."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence

from einsum_grad.cli.arguments import as_text
from einsum_grad.cli.console import complain, finish
from einsum_grad.cli.exits import Exit, exit_of
from einsum_grad.errors import ArgumentError, EinsumGradError

STDIN = "-"


def add_patterns(parser: argparse.ArgumentParser) -> None:
    """Add the patterns to the arguments."""
    parser.add_argument(
        "patterns",
        nargs="+",
        type=as_text,
        metavar="PATTERN",
        help="such as 'bij,jk->ik'; - reads patterns from standard input, one a line",
    )


def each(patterns: Sequence[str], work: Callable[[str], Exit]) -> Exit:
    """Do `work` on every pattern, past refused ones, and return the worst exit code."""
    worst = Exit.FINE
    for where, pattern in _read(patterns):
        try:
            code = work(pattern)
        except EinsumGradError as error:
            finish()
            complain(f"{where}{error}")
            code = exit_of(error)
        worst = max(worst, code)
    return worst


def are_several(patterns: Sequence[str]) -> bool:
    """Whether there may be more than one pattern."""
    return len(patterns) > 1 or STDIN in patterns


def _read(patterns: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each pattern, preceded by its line number if it comes from standard input."""
    if STDIN not in patterns:
        yield from (("", pattern) for pattern in patterns)
    elif len(patterns) > 1:
        raise ArgumentError(
            "'-' reads the patterns from standard input and must be alone; "
            "if it was part of an arrow, quote the pattern"
        )
    elif sys.stdin is not None:
        yield from _lines()


def _lines() -> Iterator[tuple[str, str]]:
    """The lines of standard input that are neither blank nor comments."""
    if sys.stdin.isatty():
        complain("reading patterns from the terminal, one a line")
    for number, line in enumerate(sys.stdin, start=1):
        pattern = line.removeprefix("\ufeff").strip(" \t\r\n")
        if pattern and not pattern.startswith("#"):
            yield f"line {number}: ", pattern
