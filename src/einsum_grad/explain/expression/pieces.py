"""Pieces of index notation, and the names of indices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from einsum_grad.calculus.graph.graph import dim_of, is_unit
from einsum_grad.plan import Labels, distinct


@dataclass(frozen=True, slots=True)
class Piece:
    """A formula without its sign, and whether it is a sum or a product at its top."""

    text: str
    is_sum: bool = False
    is_product: bool = False
    negative: bool = False

    def __str__(self) -> str:
        return f"-{self.text}" if self.negative else self.text


@dataclass(frozen=True, slots=True)
class Scope:
    """The names that indices have, and must not have."""

    taken: frozenset[str]

    def named(self, labels: Labels) -> tuple[dict[str, str], Scope]:
        """A name for each label: its dimension's where that is free, else a letter."""
        found, taken = dict[str, str](), set(self.taken)
        for label in distinct(labels):
            if is_unit(label):
                found[label] = "0"
                continue
            choices = (dim_of(label), *_LETTERS)
            found[label] = next(name for name in choices if name not in taken)
            taken.add(found[label])
        return found, Scope(frozenset(taken))


_LETTERS = tuple("abcdefghijklmnopqrstuvwxyz") + tuple(f"i{number}" for number in range(1, 200))


def added(pieces: Sequence[Piece]) -> Piece:
    """The sum of pieces, one that has no minus first."""
    if len(pieces) == 1:
        return pieces[0]
    first = next((piece for piece in pieces if not piece.negative), pieces[0])
    rest = [piece for piece in pieces if piece is not first]
    text = str(first)
    for piece in rest:
        plain = piece.text.removeprefix("-")
        minus = piece.negative != (plain != piece.text)
        text += f" {'-' if minus else '+'} {plain}"
    return Piece(text, is_sum=True)
