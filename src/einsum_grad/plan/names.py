"""The operand names and labels that we write: always ours, never the user's text."""

from __future__ import annotations

import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from einsum_grad.errors import ArgumentError, ArgumentTypeError
from einsum_grad.plan.pattern import ELLIPSIS, UNIT, Labels, Pattern
from einsum_grad.visible import visible

OUTPUT = "Z"
_FEW = {1: ("X",), 2: ("X", "W")}
_LETTERS = string.ascii_uppercase[: string.ascii_uppercase.index(OUTPUT)]
_LONGEST = 20


def operand_names(count: int) -> tuple[str, ...]:
    """The names of the operands: X, or X and W, or A, B, C, …, or X0, X1, … if there are many.

    >>> operand_names(2), operand_names(3)
    (('X', 'W'), ('A', 'B', 'C'))
    """
    if count in _FEW:
        return _FEW[count]
    if count <= len(_LETTERS):
        return tuple(_LETTERS[:count])
    return tuple(f"X{number}" for number in range(count))


@dataclass(frozen=True, slots=True)
class Names:
    """What an explanation calls the operands and the output."""

    operands: tuple[str, ...]
    output: str = OUTPUT

    @property
    def cotangent(self) -> str:
        """The name of the output's cotangent."""
        return f"d{self.output}"

    @property
    def loss(self) -> str:
        """The name of the loss whose derivative the cotangent is."""
        return "L" if "L" not in (*self.operands, self.output) else "loss"


def read_names(names: str | Iterable[str] | None, count: int) -> Names:
    """The names of `count` operands and of the output, by default those of `operand_names`.

    They are written "Q,K" or "Q,K->S", or are a sequence of the operands' names. Raises
    `ArgumentError` unless each is an identifier of its own that does not begin with d, as the names
    of gradients do.

    >>> read_names("Q,K->S", 2), read_names(None, 1).operands
    (Names(operands=('Q', 'K'), output='S'), ('X',))
    """
    if names is None:
        return Names(operand_names(count))
    operands, output = _split(names)
    if len(operands) != count:
        raise ArgumentError(f"there are {len(operands)} names, but {count} operands")
    for name in (*operands, output):
        if not name.isidentifier() or visible(name) != name or len(name) > _LONGEST:
            raise ArgumentError(
                f"{name[:_LONGEST]!r} is no name: it must be an identifier of at most "
                f"{_LONGEST} characters"
            )
        if name.startswith("d"):
            raise ArgumentError(f"names that begin with d are those of gradients, and not {name}")
    if len({*operands, output}) <= count:
        raise ArgumentError(f"every operand and the output ({output}) needs a name of its own")
    return Names(operands, output)


def _split(names: str | Iterable[str]) -> tuple[tuple[str, ...], str]:
    """The operands' names and the output's."""
    try:
        left, arrow, output = names.partition("->") if isinstance(names, str) else (names, "", "")
        operands = left.split(",") if isinstance(left, str) else left
        read = tuple(str.strip(name) for name in operands)
    except TypeError:
        raise ArgumentTypeError(
            f"names is a text such as 'Q,K->S' or several texts, and not {names!r:.80}"
        ) from None
    return read, output.strip() if arrow else OUTPUT


def spell(pattern: Pattern) -> dict[str, str]:
    """Map the labels of `pattern` to ones that are safe in generated code.

    An ASCII letter stays; another label gets its first character if that is a free ASCII letter,
    else the next free letter, and after all 52 come L52, L53, ….

    >>> spell(Pattern((("batch", "i"),), ("batch", "β")))
    {'i': 'i', 'batch': 'b', 'β': 'a'}
    """
    labels = [label for label in pattern.labels() if label not in (UNIT, ELLIPSIS)]
    spelled = {label: label for label in labels if label in _ALLOWED}
    taken = set(spelled)
    free = _free(taken)
    for label in labels:
        if label not in spelled:
            first = label[0]
            own = first in _ALLOWED and first not in taken
            spelled[label] = first if own else next(free)
            taken.add(spelled[label])
    return spelled


def ellipsis_labels(count: int, taken: Labels) -> Labels:
    """Labels for the axes of an ellipsis: letters that are not `taken`."""
    free = _free(set(taken))
    return tuple(next(free) for _ in range(count))


_ALLOWED = frozenset(string.ascii_letters)


def _free(taken: set[str]) -> Iterator[str]:
    for letter in string.ascii_lowercase + string.ascii_uppercase:
        if letter not in taken:
            yield letter
    number = len(string.ascii_letters)
    while True:
        if f"L{number}" not in taken:
            yield f"L{number}"
        number += 1
