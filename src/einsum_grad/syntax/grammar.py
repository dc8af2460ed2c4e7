"""The parsers of the languages, built from `grammar/`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from einsum_grad.once import once

if TYPE_CHECKING:
    from lark import Lark

_PACKAGE = "einsum_grad"
_STARTS = {
    "einsum": ["letters", "named"],
    "expression": ["sentence", "declarations"],
}
"""The kinds of sentence of each grammar."""

_PARSERS: dict[str, Lark] = {}
"""The parsers that were built, by the name of their grammar."""


def grammar_text(name: str = "einsum") -> str:
    """A grammar: a resource of the installed package, else the repository's file."""
    path = ("grammar", f"{name}.lark")
    installed = resources.files(_PACKAGE).joinpath(*path)
    if installed.is_file():
        return installed.read_text(encoding="utf-8")
    return Path(__file__).parents[3].joinpath(*path).read_text(encoding="utf-8")


def is_label(name: str, notation: str) -> bool:
    """Whether what the grammar took for a label is one.

    The grammar's names consist of Python's alphanumerics, which include ² and ½.

    >>> is_label("×", "letters"), is_label("x1", "named"), is_label("x²", "named")
    (True, True, False)
    """
    return _IS_LABEL[notation](name)


_IS_LABEL: dict[str, Callable[[str], bool]] = {"letters": bool, "named": str.isidentifier}

NOTATIONS = tuple(_IS_LABEL)


def parser(name: str = "einsum") -> Callable[..., Any]:
    """The function that parses a text, `parser()(text, start=notation)`; built on first use."""
    return (_PARSERS.get(name) or once(_PARSERS, name, functools.partial(_lark, name))).parse


def _lark(name: str) -> Lark:
    from lark import Lark

    return Lark(
        grammar_text(name),
        parser="lalr",
        start=_STARTS[name],
        maybe_placeholders=False,
    )
