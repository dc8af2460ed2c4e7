"""Which operands a request is about, by position or by name."""

from __future__ import annotations

import operator
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from einsum_grad.errors import ArgumentError, ArgumentTypeError
from einsum_grad.plan.names import Names, read_names
from einsum_grad.syntax import bounded

_SHOWN = 12

Operands = int | str | Iterable[int | str]
"""An operand or several, each by its position or its name."""


def read_wrt(wrt: Operands | None) -> tuple[int | str, ...] | None:
    """`wrt` as a tuple of ints and names; `check_wrt` checks that such operands exist."""
    if wrt is None:
        return None
    try:
        if isinstance(wrt, str) or not isinstance(wrt, Iterable):
            wrt = [wrt]
        given = bounded(wrt, "positions in wrt")
        return tuple(each if isinstance(each, str) else index(each) for each in given)
    except TypeError:
        raise ArgumentTypeError(
            f"wrt is the position or name of an operand or several, and not {wrt!r:.80}"
        ) from None


def read_positions(wrt: Operands, count: int, names: Names | None = None) -> tuple[int, ...]:
    """`wrt` as positions among `count` operands, at least one."""
    read = read_wrt(wrt)
    if read is None:
        raise ArgumentTypeError("a derivative needs the position of an operand, and not None")
    positions = check_wrt(read, count, names)
    if not positions:
        raise ArgumentError("a derivative needs the position of at least one operand")
    return positions


def check_wrt(
    wrt: tuple[int | str, ...] | None, count: int, names: Names | None = None
) -> tuple[int, ...]:
    """`wrt` as positions, by default all of `count`; `ArgumentError` for one that doesn't exist.

    >>> check_wrt((0, "W"), 2)
    (0, 1)
    """
    if wrt is None:
        return tuple(range(count))
    operands = (names or read_names(None, count)).operands
    wrt = tuple(_position(each, operands) if isinstance(each, str) else each for each in wrt)
    for position in wrt:
        if not 0 <= position < count:
            raise ArgumentError(
                f"wrt names operand {position}, but the operands are numbered 0 to {count - 1}"
            )
    if len(set(wrt)) < len(wrt):
        raise ArgumentError(f"wrt names an operand twice: {wrt}")
    return wrt


def _position(name: str, operands: Sequence[str]) -> int:
    if name not in operands:
        some = ", ".join(operands[:_SHOWN]) + (", …" if len(operands) > _SHOWN else "")
        raise ArgumentError(f"wrt names {name!r:.40}, but the operands are called {some}")
    return operands.index(name)


def index(value: Any) -> int:
    """`value` as an int; `TypeError` if it is none."""
    if isinstance(value, bool):
        raise TypeError
    number = operator.index(value)
    if abs(number) > sys.maxsize:
        raise ArgumentError(f"a number here must be at most {sys.maxsize}")
    return number
