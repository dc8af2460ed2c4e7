"""The AST of a sentence and of declarations, with positions in the text."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Number:
    """A number, exactly as it is written."""

    value: Fraction
    start: int


@dataclass(frozen=True, slots=True)
class Name:
    """A name; `None`, `True` and `False` are names too."""

    name: str
    start: int


@dataclass(frozen=True, slots=True)
class String:
    """A text in quotes, which einsum's subscripts are; `start` is that of its first character."""

    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A colon or three dots, in an index."""

    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Items:
    """A tuple."""

    items: tuple[Expression, ...]
    start: int


@dataclass(frozen=True, slots=True)
class Negative:
    """Minus an expression."""

    value: Expression
    start: int


@dataclass(frozen=True, slots=True)
class Binary:
    """Two expressions and an operator, which stands at `start`."""

    operator: str
    left: Expression
    right: Expression
    start: int


@dataclass(frozen=True, slots=True)
class Attribute:
    """`value.name`; the name stands at `start`."""

    value: Expression
    name: str
    start: int


@dataclass(frozen=True, slots=True)
class Subscript:
    """`value[indices]`; the first index stands at `start`."""

    value: Expression
    indices: tuple[Expression | Mark, ...]
    start: int


@dataclass(frozen=True, slots=True)
class Keyword:
    """`name=value` among the arguments of a call."""

    name: str
    value: Expression
    start: int


@dataclass(frozen=True, slots=True)
class Call:
    """A function and its arguments."""

    function: Expression
    arguments: tuple[Expression, ...]
    keywords: tuple[Keyword, ...]
    start: int


Expression = Number | Name | String | Items | Negative | Binary | Attribute | Subscript | Call


@dataclass(frozen=True, slots=True)
class Line:
    """A line that names a value."""

    name: str
    value: Expression
    start: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """An expression, after lines that name values."""

    text: str
    lines: tuple[Line, ...]
    result: Expression


@dataclass(frozen=True, slots=True)
class Declaration:
    """An array: its name, the names of its axes, and its structure ("" if nothing is known)."""

    name: str
    axes: tuple[str, ...]
    structure: str = ""
