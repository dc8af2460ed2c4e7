"""The spelling of formulas and patterns: Unicode and ASCII."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from einsum_grad.plan import ELLIPSIS, Factor, Formula, Labels, Pattern

T = TypeVar("T")

MANY = 12
"""Of more terms than this, those in the middle are left out."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """The symbols of one notation for mathematics."""

    sum: Callable[[str], str]
    delta: Callable[[Labels], str]
    factor: Callable[[Factor], str]
    derivative: Callable[[str, str], str]
    pattern: Callable[[str], str]
    equals: str
    times: str
    more: str
    plus: str = " + "
    number: Callable[[str], str] = str


def spelled(factor: Factor, spelling: Spelling) -> str:
    """An entry, or its derivative."""
    entries = map(spelling.factor, factor.by)
    return functools.reduce(spelling.derivative, entries, spelling.factor(factor))


def left_side(formula: Formula, spelling: Spelling) -> str:
    """The left side of the equation."""
    return spelled(formula.left, spelling)


def right_side(
    formula: Formula, spelling: Spelling, short: bool = False
) -> tuple[list[str], list[str]]:
    """The right side in pieces: those before the product, and those of the product.

    Deltas go before the sums unless one of their labels is summed; then they join the product.
    """
    deltas = _pieces(formula.deltas, spelling.delta, spelling, short)
    signs = _pieces(formula.sums, spelling.sum, spelling, short)
    shown = abridged(formula.factors, formula.place) if short else formula.factors
    factors = [spelling.more if factor is None else spelled(factor, spelling) for factor in shown]
    if _summed_deltas(formula):
        deltas, factors = [], [*deltas, *factors]
    times = spelling.times
    before = _joined(deltas, times, "")
    gap = "  " if signs else times if deltas else ""
    before += _joined(signs, " ", times if deltas else "")
    return before, _joined(factors or [spelling.number("1")], times, gap)


def _pieces(
    items: Sequence[T], spell: Callable[[T], str], spelling: Spelling, short: bool
) -> list[str]:
    shown = abridged(items) if short else items
    return [spelling.more if item is None else spell(item) for item in shown]


def _joined(pieces: Sequence[str], between: str, first: str) -> list[str]:
    return [f"{between if number else first}{piece}" for number, piece in enumerate(pieces)]


def _summed_deltas(formula: Formula) -> bool:
    """Whether the deltas belong in the product: one of their labels is summed."""
    inside = any(label in formula.sums for delta in formula.deltas for label in delta)
    return inside or not formula.factors


def equation(formula: Formula, spelling: Spelling, short: bool = False) -> str:
    """The whole equation on one line."""
    before, product = right_side(formula, spelling, short)
    return "".join((left_side(formula, spelling), spelling.equals, *before, *product))


def pattern_text(
    pattern: Pattern, compact: bool, place: int | None = None, short: bool = False
) -> str:
    """The pattern: in letters if `compact`, else in names separated by spaces.

    >>> pattern = Pattern((("i", "j"), ("j",)), ("i",))
    >>> pattern_text(pattern, compact=True), pattern_text(pattern, compact=False)
    ('ij,j->i', 'i j, j -> i')
    """
    between, comma, arrow = ("", ",", "->") if compact else (" ", ", ", " -> ")
    terms = abridged(pattern.inputs, place) if short else pattern.inputs
    left = comma.join("…" if term is None else between.join(term) for term in terms)
    return f"{left}{arrow}{between.join(pattern.output)}".strip(" ")


@functools.lru_cache(maxsize=16)
def is_compact(pattern: Pattern, notation: str) -> bool:
    """Whether the labels of `pattern` can be told apart without spaces."""
    return notation == "letters" and all(
        len(label) == 1 or label == ELLIPSIS for label in pattern.labels()
    )


def abridged(items: Sequence[T], place: int | None = None) -> list[T | None]:
    """The first, the last and those around `place`; None marks what is left out between.

    >>> abridged(range(100), 50)
    [0, 1, 2, None, 49, 50, 51, None, 98, 99]
    """
    if len(items) <= MANY:
        return list(items)
    around = range(place - 1, place + 2) if place is not None else ()
    shown = sorted({0, 1, 2, *around, len(items) - 2, len(items) - 1} & {*range(len(items))})
    return list(_with_gaps(items, shown))


def _with_gaps(items: Sequence[T], shown: Sequence[int]) -> Iterator[T | None]:
    for before, number in zip([-1, *shown], shown, strict=False):
        if number > before + 1:
            yield None
        yield items[number]


def _bracketed(factor: Factor) -> str:
    return f"{factor.name}[{','.join(factor.indices)}]" if factor.indices else factor.name


UNICODE = Spelling(
    sum=lambda label: f"Σ_{label}",
    delta=lambda indices: f"δ({','.join(indices)})",
    factor=_bracketed,
    derivative=lambda entry, by: f"∂{entry}/∂{by}",
    pattern=str,
    equals=" = ",
    times=" · ",
    more="…",
)

ASCII = Spelling(
    sum=lambda label: f"sum_{label}",
    delta=lambda indices: f"delta({','.join(indices)})",
    factor=_bracketed,
    derivative=lambda entry, by: f"partial {entry}/partial {by}",
    pattern=str,
    equals=" = ",
    times=" * ",
    more="(...)",
)
