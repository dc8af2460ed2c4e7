"""Labels and names as LaTeX: macros for what pdflatex has no letters for."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from einsum_grad.plan import ELLIPSIS


def in_math(index: str) -> str:
    """An index or a name, in mathematics.

    >>> [in_math(index) for index in ("i'", "β", "row_1", "é", "時")]
    ["i'", '\\\\beta', '\\\\mathrm{row\\\\_1}', '\\\\acute{e}', '\\\\mathtt{u6642}']
    """
    name = index.rstrip("'")
    primes = index[len(name) :]
    if name == ELLIPSIS:
        return r"\ldots" + primes
    if len(name) == 1:
        return _letter(name) + primes
    return rf"\mathrm{{{''.join(map(_letter, name))}}}{primes}"


def in_text(pattern: str) -> str:
    """A pattern, in text.

    >>> in_text("βi_1->")
    '\\\\texttt{$\\\\beta$i\\\\_1->}'
    """
    return rf"\texttt{{{''.join(map(_character, pattern))}}}"


def _character(char: str) -> str:
    if char == "…":
        return r"\ldots{}"
    letter = _letter(char)
    if letter == char or char == "_":
        return letter
    return rf"{{\textbackslash}}u{ord(char):04x}" if letter == _code(char) else f"${letter}$"


def _letter(char: str) -> str:
    """One character in mathematics: its macro, accents over its letter, or its code point."""
    if char.isascii():
        return _ESCAPED.get(char, char) if char.isprintable() else _code(char)
    if char in _MACROS:
        return _MACROS[char]
    base, *marks = list(unicodedata.normalize("NFD", char))
    if not marks or _code(base) == _letter(base) or not all(mark in _ACCENTS for mark in marks):
        return _code(char)
    letter = _letter(base)
    for mark in marks:
        letter = rf"{_ACCENTS[mark]}{{{letter}}}"
    return letter


def _code(char: str) -> str:
    return rf"\mathtt{{u{ord(char):04x}}}"


_ESCAPED: Mapping[str, str] = {
    "_": r"\_",
    "\\": r"\backslash",
    **{char: rf"\{char}" for char in "#$%&{}"},
    **{char: rf"\mathtt{{u{ord(char):04x}}}" for char in "^~"},
}

_NAMES = (
    "alpha beta gamma delta varepsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho "
    "varsigma sigma tau upsilon varphi chi psi omega"
)
_CAPITALS = "A B Gamma Delta E Z H Theta I K Lambda M N Xi O Pi P - Sigma T Upsilon Phi X Psi Omega"
"""Where Greek and Latin capitals look alike, TeX has the Latin ones alone."""

_GREEK = {chr(0x3B1 + number): rf"\{name}" for number, name in enumerate(_NAMES.split())}
_GREEK_CAPITALS = {
    chr(0x391 + number): rf"\{name}" if len(name) > 1 else rf"\mathrm{{{name}}}"
    for number, name in enumerate(_CAPITALS.split())
    if name != "-"
}

_MACROS: Mapping[str, str] = {
    **_GREEK,
    **_GREEK_CAPITALS,
    "\u03bf": "o",
    "\u00b5": r"\mu",
    "ϵ": r"\epsilon",
    "ϑ": r"\vartheta",
    "ϕ": r"\phi",
    "ϖ": r"\varpi",
    "ϱ": r"\varrho",
    "×": r"\times",
    "÷": r"\div",
    "ß": r"\text{\ss}",
    "æ": r"\text{\ae}",
    "Æ": r"\text{\AE}",
    "ø": r"\text{\o}",
    "Ø": r"\text{\O}",
    "ł": r"\text{\l}",
    "Ł": r"\text{\L}",
    "ı": r"\imath",
    "ℓ": r"\ell",
}

_ACCENTS: Mapping[str, str] = {
    "\u0300": r"\grave",
    "\u0301": r"\acute",
    "\u0302": r"\hat",
    "\u0303": r"\tilde",
    "\u0304": r"\bar",
    "\u0306": r"\breve",
    "\u0307": r"\dot",
    "\u0308": r"\ddot",
    "\u030a": r"\mathring",
    "\u030c": r"\check",
}
"""What stands over a letter, by its combining character."""
