"""Pieces of a sentence, with what it takes to put one into another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from fractions import Fraction


class Rank(IntEnum):
    """How tightly the outermost operator of a piece binds."""

    SUM = 0
    TIMES = 1
    MATMUL = 2
    POWER = 3
    ATOM = 4


@dataclass(frozen=True, slots=True)
class Written:
    """A text without its sign; of a matrix product, the matrices that `chain` multiplies."""

    text: str
    rank: Rank = Rank.ATOM
    negative: bool = False
    symmetric: bool = False
    chain: tuple[Written, ...] = ()

    def __str__(self) -> str:
        return f"-{self.text}" if self.negative else self.text


def inside(piece: Written, rank: Rank) -> str:
    """The piece as an operand of an operator that binds as tightly as `rank`."""
    loose = piece.negative or piece.rank < rank
    return f"({piece})" if loose else piece.text


def call(function: str, *arguments: Written | str) -> Written:
    """A call of a function."""
    return Written(f"{function}({', '.join(map(str, arguments))})")


def added(pieces: Sequence[Written]) -> Written:
    """The sum of pieces, one that has no minus first."""
    if len(pieces) == 1:
        return pieces[0]
    first = next((piece for piece in pieces if not piece.negative), pieces[0])
    rest = list(pieces)
    rest.remove(first)
    text = inside(first, Rank.SUM) if not first.negative else str(first)
    for piece in rest:
        plain = piece.text.removeprefix("-")
        minus = piece.negative != (plain != piece.text)
        text += f" {'-' if minus else '+'} {plain}"
    return Written(text, Rank.SUM)


def multiplied(above: Sequence[Written], below: Sequence[Written] = ()) -> Written:
    """The product of the entries of pieces, over the product of others."""
    if not below and len(above) == 1:
        return above[0]
    text = _times(above) if above else "1"
    if len(below) == 1:
        text += f" / {inside(below[0], Rank.POWER)}"
    elif below:
        text += f" / ({_times(below)})"
    return Written(text, Rank.TIMES)


def _times(pieces: Sequence[Written]) -> str:
    """A matrix product that isn't first needs parentheses: a * b @ c is (a * b) @ c."""
    first, *others = pieces
    rest = (inside(_firm(each), Rank.TIMES) for each in others)
    return " * ".join([inside(first, Rank.TIMES), *rest])


def _firm(piece: Written) -> Written:
    return Written(inside(piece, Rank.POWER)) if piece.rank == Rank.MATMUL else piece


def scaled(
    coefficient: Fraction,
    above: Sequence[Written],
    below: Sequence[Written],
    core: Written | None = None,
) -> Written:
    """A number times numbers and an array, over other pieces."""
    up, down = _ratio(abs(coefficient))
    numbers = [*([Written(up)] if up != "1" else []), *above]
    under = [*([Written(down)] if down else []), *below]
    negative = coefficient < 0
    if core is None:
        found = multiplied(numbers or [Written("1")], under)
    else:
        negative = negative != core.negative
        found = replace(core, negative=False)
        if numbers:
            # A matrix product needs no parentheses here: its first matrix may be scaled.
            head = f"{_times(numbers)} * {inside(found, Rank.TIMES)}"
            found = Written(head, Rank.TIMES)
        found = multiplied([found], under)
    return _negative(found) if negative else found


def _negative(piece: Written) -> Written:
    return Written(inside(piece, Rank.TIMES), max(piece.rank, Rank.TIMES), negative=True)


def matmul(left: Written, right: Written) -> Written:
    """The matrix product; whatever is a chain on the right begins with a matrix."""
    chain = (*(left.chain or (left,)), *(right.chain or (right,)))
    text = " @ ".join(inside(piece, Rank.POWER) for piece in chain)
    return Written(text, Rank.MATMUL, chain=chain)


def transposed(piece: Written) -> Written:
    """The transpose of a matrix."""
    if piece.symmetric:
        return piece
    if piece.chain:
        first, *others = map(transposed, reversed(piece.chain))
        found = first
        for each in others:
            found = matmul(found, each)
        return found
    if piece.rank == Rank.ATOM and not piece.negative and piece.text.endswith(".T"):
        return Written(piece.text.removesuffix(".T"))
    return Written(f"{inside(piece, Rank.ATOM)}.T")


def power(base: Written, exponent: Fraction) -> Written:
    """A constant power of the entries of a piece."""
    if exponent == Fraction(1, 2):
        return call("sqrt", base)
    if exponent < 0:
        return Written(f"1 / {inside(power(base, -exponent), Rank.POWER)}", Rank.TIMES)
    if exponent == 1:
        return base
    up, down = _ratio(exponent, small=1)
    shown = f"({up} / {down})" if down else up
    return Written(f"{inside(base, Rank.ATOM)}**{shown}", Rank.POWER)


def indexed(piece: Written, entries: Sequence[str], whole: bool = False) -> Written:
    """The piece with new axes; leading ones need no index, as arrays broadcast, if not `whole`."""
    shown = list(entries)
    while shown and shown[0] == "None" and not whole:
        shown.pop(0)
    if all(entry == ":" for entry in shown):
        return piece
    return Written(f"{inside(piece, Rank.ATOM)}[{', '.join(shown)}]")


_SMALL = 12
_DIGITS = 12


def _ratio(value: Fraction, small: int = _SMALL) -> tuple[str, str]:
    """A positive number over a `small` one, as an exact decimal, or over any other.

    >>> _ratio(Fraction(1, 2)), _ratio(Fraction(1, 1000)), _ratio(Fraction(1, 49))
    (('1', '2'), ('0.001', ''), ('1', '49'))
    """
    top, bottom = value.numerator, value.denominator
    if bottom == 1:
        return str(top), ""
    if bottom > small and (10**_DIGITS) % bottom == 0:
        digits = str(top * 10**_DIGITS // bottom).rjust(_DIGITS + 1, "0")
        return f"{digits[:-_DIGITS]}.{digits[-_DIGITS:].rstrip('0')}", ""
    return str(top), str(bottom)
