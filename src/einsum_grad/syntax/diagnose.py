"""What is wrong where the parser stopped, in one sentence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from einsum_grad.syntax.equation import ELLIPSIS
from einsum_grad.syntax.grammar import is_label, parser
from einsum_grad.visible import visible

_ARROWS = re.compile(r"=>|->>|-->|--|—>|–>|−>|~>|→|⇒|⟶|➔|➡|- +>|>|-(?=\s*\w)")
_DASHES = "—–−"
_LOOKALIKE = re.compile("[→⇒⟶➔➡…]")
_LONGEST_HINT = 60
_TYPED = 1000
"""The longest pattern that may have been typed by hand, in characters."""
_TRAILING_DASH = re.compile(r"-\s*$")


def diagnose(text: str, at: int, notation: str) -> str:
    """Say why `text` is refused at position `at`, by the first rule that matches."""
    return next(message for rule in _RULES if (message := rule(text, at, notation)))


def begin(text: str, at: int) -> int:
    """Where the mistake begins: if the parser stopped at > after a long dash, at the dash."""
    return at - 1 if at and text[at] == ">" and text[at - 1] in _DASHES else at


def mistaken_sign(text: str) -> int | None:
    """The place of a lookalike of an arrow or ellipsis, if `text` has no arrow.

    With an arrow, or in a text too long to be typed by hand, such a character is a label.

    >>> mistaken_sign("ij→ji"), mistaken_sign("i→->→i")
    (2, None)
    """
    found = None if "->" in text or len(text) > _TYPED else _LOOKALIKE.search(text)
    return found.start() if found else None


def _is_sentence(text: str, notation: str) -> bool:
    from lark.exceptions import UnexpectedInput

    try:
        tree = parser()(text, start=notation)
    except UnexpectedInput:
        return False
    return all(
        token == ELLIPSIS or is_label(token, notation)
        for token in tree.scan_values(lambda value: isinstance(value, str))
    )


def _second_arrow(text: str, at: int, notation: str) -> str | None:
    if not text.startswith("->", at):
        return None
    return "a pattern has one arrow, and this is the second"


def _shell_redirect(text: str, at: int, notation: str) -> str | None:
    if not _TRAILING_DASH.match(text, at):
        return None
    return (
        "the arrow is cut off after '-': in a shell, > redirects the output, so quote the pattern"
    )


def _wrong_arrow(text: str, at: int, notation: str) -> str | None:
    if not (found := _ARROWS.match(text, at)):
        return None
    fixed = text[:at].rstrip("-=> ") + "->" + text[found.end() :].lstrip()
    shown = len(fixed) <= _LONGEST_HINT and fixed.isprintable() and _is_sentence(fixed, notation)
    return "the arrow is written ->" + (f": '{fixed}'" if shown else "")


def _comma_in_output(text: str, at: int, notation: str) -> str | None:
    if text[at : at + 1] != ",":
        return None
    return "an einsum has one output, and this comma would begin a second"


def _dots(text: str, at: int, notation: str) -> str | None:
    if text[at] == "…":
        return "this is one character; an ellipsis is three dots in a row: ..."
    if not text.startswith(".", at):
        return None
    if text.startswith("...", at):
        return "a term has at most one ellipsis, and this is its second"
    return "an ellipsis is three dots in a row: ..."


def _digit(text: str, at: int, notation: str) -> str | None:
    if not text[at : at + 1].isdecimal():
        return None
    return "a label is a letter, and this is a digit" + (
        ": a name can't begin with one" if notation == "named" else ""
    )


def _underscore(text: str, at: int, notation: str) -> str | None:
    if text[at : at + 1] != "_" or notation == "named":
        return None
    return "a label is one letter; for names use notation='named' and separate them by spaces"


def _parenthesis(text: str, at: int, notation: str) -> str | None:
    if text[at : at + 1] not in tuple("()[]{}"):
        return None
    return f"{text[at]!r} has no meaning in an einsum: axes are neither grouped nor split"


def _other(text: str, at: int, notation: str) -> str:
    char = text[at]
    name = unicodedata.name(char, "").lower() or f"character U+{ord(char):04X}"
    shown = f"'{visible(char)}'" if char.isprintable() else f"{visible(char)} ({name})"
    kind = "a label is a letter" if notation == "letters" else "a label is a name"
    return (
        f"{shown} is not allowed in a pattern: "
        f"{kind}, terms are separated by commas, the arrow is ->"
    )


_RULES: tuple[Callable[[str, int, str], str | None], ...] = (
    _second_arrow,
    _shell_redirect,
    _wrong_arrow,
    _comma_in_output,
    _dots,
    _digit,
    _underscore,
    _parenthesis,
    _other,
)
