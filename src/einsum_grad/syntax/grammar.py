"""The parser of the language, built from `grammar/einsum.lark`."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from einsum_grad.once import once

if TYPE_CHECKING:
    from lark import Lark

_PACKAGE = "einsum_grad"
_PATH = ("grammar", "einsum.lark")
_PARSERS: dict[str, Lark] = {}
"""The parser, once built, keyed by package name."""


def grammar_text() -> str:
    """The grammar: a resource of the installed package, else the repository's file."""
    installed = resources.files(_PACKAGE).joinpath(*_PATH)
    if installed.is_file():
        return installed.read_text(encoding="utf-8")
    return Path(__file__).parents[3].joinpath(*_PATH).read_text(encoding="utf-8")


def is_label(name: str, notation: str) -> bool:
    """Whether what the grammar took for a label is one.

    The grammar's names consist of Python's alphanumerics, which include ² and ½.

    >>> is_label("×", "letters"), is_label("x1", "named"), is_label("x²", "named")
    (True, True, False)
    """
    return _IS_LABEL[notation](name)


_IS_LABEL: dict[str, Callable[[str], bool]] = {"letters": bool, "named": str.isidentifier}

NOTATIONS = tuple(_IS_LABEL)


def parser() -> Callable[..., Any]:
    """The function that parses a text, `parser()(text, start=notation)`; built on first use."""
    return (_PARSERS.get(_PACKAGE) or once(_PARSERS, _PACKAGE, _lark)).parse


def _lark() -> Lark:
    from lark import Lark

    return Lark(
        grammar_text(),
        parser="lalr",
        start=["letters", "named"],
        maybe_placeholders=False,
    )
