"""Several patterns on one page: what is written once all of them are read."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TypeVar

from einsum_grad.cli.exits import Exit
from einsum_grad.cli.files import STDOUT, deliver
from einsum_grad.cli.options import wants_code
from einsum_grad.cli.patterns import are_several, each
from einsum_grad.errors import ArgumentError

T = TypeVar("T")


def check(arguments: argparse.Namespace) -> None:
    """Refuse options that have no effect with the others."""
    if not arguments.latex:
        for name in ("document", "short"):
            if vars(arguments)[name]:
                raise ArgumentError(f"--{name} goes with --latex")
        if arguments.output != STDOUT and not vars(arguments).get("html"):
            raise ArgumentError("-o writes the file of --html or --latex")
    elif wants_code(arguments):
        raise ArgumentError("code is no LaTeX: ask for it without --latex")


def latex(
    arguments: argparse.Namespace, rows: Callable[[str, argparse.Namespace], list[str]]
) -> Exit:
    """Write the rows of all patterns as one `align*`, or as a document."""
    from einsum_grad.explain.latex.page import align, file

    code, groups = _gathered(arguments, rows)
    if groups:
        body = align(groups)
        deliver(file(body) if arguments.document else body, arguments.output)
    return code


def page(arguments: argparse.Namespace, section: Callable[[str, argparse.Namespace], str]) -> Exit:
    """Write the sections of all patterns as one page."""
    from einsum_grad.explain.html.page import page

    code, sections = _gathered(arguments, section)
    if sections:
        title = f"Einsums and their gradients ({len(sections)})"
        if not are_several(arguments.patterns):
            (title,) = arguments.patterns
        deliver(page(title, sections), arguments.output)
    return code


def _gathered(
    arguments: argparse.Namespace, make: Callable[[str, argparse.Namespace], T]
) -> tuple[Exit, list[T]]:
    """What `make` returns for each pattern that is not refused."""
    found: list[T] = []

    def work(pattern: str) -> Exit:
        found.append(make(pattern, arguments))
        return Exit.FINE

    return each(arguments.patterns, work), found
