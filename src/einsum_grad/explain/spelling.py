"""How formulas and patterns are spelled: for a terminal, for one without Σ, and in LaTeX."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from einsum_grad.explain.formula import Factor, Formula
from einsum_grad.plan import ELLIPSIS, Labels, Pattern

T = TypeVar("T")

MANY = 12
"""Where there are more terms than this, those in the middle are left out."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """The symbols of one way to write mathematics."""

    sum: Callable[[str], str]
    delta: Callable[[Labels], str]
    factor: Callable[[Factor], str]
    equals: str
    times: str
    more: str


def left_side(formula: Formula, spelling: Spelling) -> str:
    """What the equation defines."""
    return spelling.factor(formula.left)


def sums(formula: Formula, spelling: Spelling, short: bool = False) -> str:
    """The deltas and the sums, which stand before the product."""
    deltas = [f"{spelling.delta(delta)}{spelling.times}" for delta in formula.deltas]
    shown = abridged(formula.sums) if short else formula.sums
    signs = [spelling.more if label is None else spelling.sum(label) for label in shown]
    return "".join(deltas) + " ".join(signs)


def factors(formula: Formula, spelling: Spelling, short: bool = False) -> str:
    """The product."""
    shown = abridged(formula.factors, formula.place) if short else formula.factors
    return spelling.times.join(
        spelling.more if factor is None else spelling.factor(factor) for factor in shown
    )


def equation(formula: Formula, spelling: Spelling, short: bool = False) -> str:
    """The whole equation on one line."""
    before = sums(formula, spelling, short)
    gap = "  " if formula.sums else ""
    product = factors(formula, spelling, short)
    return f"{left_side(formula, spelling)}{spelling.equals}{before}{gap}{product}"


def pattern_text(
    pattern: Pattern, compact: bool, place: int | None = None, short: bool = False
) -> str:
    """The pattern: in letters if `compact`, else in names divided by spaces.

    >>> pattern = Pattern((("i", "j"), ("j",)), ("i",))
    >>> pattern_text(pattern, compact=True), pattern_text(pattern, compact=False)
    ('ij,j->i', 'i j, j -> i')
    """
    between, comma, arrow = ("", ",", "->") if compact else (" ", ", ", " -> ")
    terms = abridged(pattern.inputs, place) if short else pattern.inputs
    left = comma.join("…" if term is None else between.join(term) for term in terms)
    return f"{left}{arrow}{between.join(pattern.output)}".strip()


def is_compact(pattern: Pattern, notation: str) -> bool:
    """Whether the labels of `pattern` can be told apart without spaces."""
    return notation == "letters" and all(
        len(label) == 1 or label == ELLIPSIS for label in pattern.labels()
    )


def abridged(items: Sequence[T], place: int | None = None) -> list[T | None]:
    """The first, the last and those around `place`; None stands for what is left out between.

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


def _latex_index(index: str) -> str:
    name = index.rstrip("'")
    primes = index[len(name) :]
    if name == ELLIPSIS:
        return r"\ldots"
    return (name if len(name) == 1 else rf"\mathrm{{{name}}}".replace("_", r"\_")) + primes


def _latex_indices(indices: Labels) -> str:
    between = "," if any(len(index.rstrip("'")) > 1 for index in indices) else " "
    return between.join(map(_latex_index, indices))


def _latex_factor(factor: Factor) -> str:
    letter = factor.name.removeprefix("d")
    number = letter[1:]
    name = ("\\mathrm{d}" if letter != factor.name else "") + letter[:1]
    name += f"^{{({number})}}" if number else ""
    return f"{name}_{{{_latex_indices(factor.indices)}}}" if factor.indices else name


UNICODE = Spelling(
    sum=lambda label: f"Σ_{label}",
    delta=lambda indices: f"δ({','.join(indices)})",
    factor=_bracketed,
    equals=" = ",
    times=" · ",
    more="…",
)

ASCII = Spelling(
    sum=lambda label: f"sum_{label}",
    delta=lambda indices: f"delta({','.join(indices)})",
    factor=_bracketed,
    equals=" = ",
    times=" * ",
    more="(...)",
)

LATEX = Spelling(
    sum=lambda label: rf"\sum_{{{_latex_index(label)}}}",
    delta=lambda indices: rf"\delta_{{{_latex_indices(indices)}}}",
    factor=_latex_factor,
    equals=" = ",
    times=r"\, ",
    more=r"\cdots",
)
