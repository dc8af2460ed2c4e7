"""The spelling of formulas in MathML."""

from __future__ import annotations

import re
from collections.abc import Iterable

from einsum_grad.explain.drawing.svg import escaped
from einsum_grad.explain.spelling import Spelling, left_side, right_side
from einsum_grad.plan import ELLIPSIS, Factor, Formula, Labels

_NUMBERED = re.compile(r"(.)([0-9]+)", re.DOTALL)
_COMMA = '<mo separator="true">,</mo>'


def typeset(formula: Formula) -> str:
    """An equation; a line may break before each of its sums and factors.

    >>> shown = typeset(Formula(Factor("Z", ()), (), (), (Factor("X", ()),)))
    >>> shown.replace(' displaystyle="true"', "")
    '<math><mi>Z</mi><mo>=</mo></math> <math><mi>X</mi></math>'
    """
    return in_pieces(left_side(formula, MATHML), formula_pieces(formula))


def formula_pieces(formula: Formula) -> list[str]:
    """The right side: its deltas, sums and factors."""
    before, product = right_side(formula, MATHML, short=True)
    return [*before, *product]


def in_pieces(left: str, right: Iterable[str]) -> str:
    """An equation whose lines may break between the pieces of its right side."""
    return " ".join(map(math, [f"{left}{MATHML.equals}", *right]))


def math(content: str) -> str:
    """A piece of mathematics, with sums and fractions of full size."""
    return f'<math displaystyle="true">{" ".join(content.split())}</math>'


def _index(index: str) -> str:
    name = index.rstrip("'")
    primes = len(index) - len(name)
    if name == ELLIPSIS:
        shown = "<mo>…</mo>"
    else:
        shown = f"<mn>{name}</mn>" if name.isdecimal() else f"<mi>{escaped(name)}</mi>"
    return f'<mrow>{shown}<mo lspace="0" rspace="0">{"′" * primes}</mo></mrow>' if primes else shown


def _indices(indices: Labels) -> str:
    between = _COMMA if any(len(index.rstrip("'")) > 1 for index in indices) else ""
    return f"<mrow>{between.join(map(_index, indices))}</mrow>"


def _factor(factor: Factor) -> str:
    name = factor.name.removeprefix("d")
    numbered = _NUMBERED.fullmatch(name)
    shown = f"<mi>{escaped(numbered[1] if numbered else name)}</mi>"
    if numbered:
        shown = f"<msup>{shown}<mrow><mo>(</mo><mn>{numbered[2]}</mn><mo>)</mo></mrow></msup>"
    if name != factor.name:
        shown = f'<mrow><mi mathvariant="normal">d</mi>{shown}</mrow>'
    return f"<msub>{shown}{_indices(factor.indices)}</msub>" if factor.indices else shown


def _derivative(entry: str, by: str) -> str:
    above, below = (f"<mrow><mo>∂</mo>{each}</mrow>" for each in (entry, by))
    return f"<mfrac>{above}{below}</mfrac>"


def _sum(label: str) -> str:
    return f'<munder><mo lspace="0" rspace="0">∑</mo>{_index(label)}</munder>'


MATHML = Spelling(
    sum=_sum,
    delta=lambda indices: f"<msub><mi>δ</mi>{_indices(indices)}</msub>",
    factor=_factor,
    derivative=_derivative,
    pattern=str,
    equals="<mo>=</mo>",
    times="",
    more="<mo>⋯</mo>",
    plus='<mo form="infix">+</mo>',
    number=lambda digits: f"<mn>{digits}</mn>",
)
