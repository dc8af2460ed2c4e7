"""One pattern, explained as the options of `einsum-grad explain` ask."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from einsum_grad.cli.console import as_json as json_line
from einsum_grad.cli.console import is_coloured, shows_symbols, width
from einsum_grad.cli.options import asked, target_of, wants_code
from einsum_grad.cli.progress import progress

if TYPE_CHECKING:
    from einsum_grad.explain import Derivation, Explanation


def as_text(pattern: str, arguments: argparse.Namespace) -> str:
    """The explanation or the derivation as text, and the code below it if that is asked for."""
    from einsum_grad.explain.spelling import ASCII, UNICODE
    from einsum_grad.explain.text import derivation
    from einsum_grad.explain.text.explanation import text
    from einsum_grad.explain.text.styles import coloured, plain

    style = coloured if is_coloured(arguments.color) else plain
    spelling = UNICODE if shows_symbols() else ASCII
    told = derivation.text if arguments.derive else text
    shown = told(explanation(pattern, arguments), style, spelling, width())
    return f"{shown}\n\n{code(pattern, arguments)}" if wants_code(arguments) else shown


def as_json(pattern: str, arguments: argparse.Namespace) -> str:
    """The same as a JSON document on one line."""
    document = _asked(pattern, arguments).to_dict()
    if wants_code(arguments):
        document["code"] = {"target": target_of(arguments), "text": code(pattern, arguments)}
    return json_line(document)


def latex_rows(pattern: str, arguments: argparse.Namespace) -> list[str]:
    """The equations as rows of an `align*`."""
    return _asked(pattern, arguments).latex_rows(arguments.short)


def section(pattern: str, arguments: argparse.Namespace) -> str:
    """A section of a page, with the code below."""
    from einsum_grad.explain.html import sections

    shown = _asked(pattern, arguments).html()
    module = code(pattern, arguments)
    return f"{shown}\n{sections.code(module, target_of(arguments), wants_code(arguments))}"


def _asked(pattern: str, arguments: argparse.Namespace) -> Explanation | Derivation:
    found = explanation(pattern, arguments)
    return found.derive() if arguments.derive else found


def explanation(pattern: str, arguments: argparse.Namespace) -> Explanation:
    """The explanation that the options ask for."""
    from einsum_grad.explain import explain

    with progress("counting the costs of the best order found"):
        itemsize, chunks = arguments.itemsize, arguments.chunks
        return explain(pattern, itemsize=itemsize, chunks=chunks, **asked(arguments))


def code(pattern: str, arguments: argparse.Namespace) -> str:
    """The generated module."""
    from einsum_grad.emit import emit
    from einsum_grad.plan import request

    options = asked(arguments)
    if options.pop("names", None):  # the code has its own names
        options["wrt"] = request(pattern, **asked(arguments)).wrt
    with progress("writing the code"):
        return emit(pattern, target=target_of(arguments), **options).rstrip("\n")
