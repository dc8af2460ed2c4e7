"""The symbols of index notation in MathML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from einsum_grad.explain.drawing.svg import escaped
from einsum_grad.explain.expression.symbols import Indices, Symbols

_BARE = re.compile(r"<(m[ino]|mtext)>[^<]*</\1>|<[^>]*>|(\d+)|([-+])")
"""What is an element, or a tag, and else a number or a sign."""


def finished(formula: str) -> str:
    """The formula with the signs and numbers that stand between its elements as elements.

    >>> finished("<mi>a</mi> - 1")
    '<mi>a</mi> <mo>−</mo> <mn>1</mn>'
    """
    return _BARE.sub(_element, formula)


def _element(found: re.Match[str]) -> str:
    _, number, sign = found.groups()
    if number:
        return f"<mn>{number}</mn>"
    return f"<mo>{'−' if sign == '-' else '+'}</mo>" if sign else found[0]


def _row(content: str) -> str:
    return f"<mrow>{finished(content)}</mrow>"


def _word(name: str) -> str:
    return f"<mn>{name}</mn>" if name.isdecimal() else f"<mi>{escaped(name)}</mi>"


def _subscript(base: str, indices: Indices) -> str:
    between = "<mo>,</mo>" if any(len(index) > 1 for index in indices) else ""
    return f"<msub>{_row(base)}{_row(between.join(map(_word, indices)))}</msub>"


def _entry(name: str, indices: Indices) -> str:
    shown = name if name.startswith("<") else _word(name)
    return _subscript(shown, indices) if indices else shown


def _total(indices: Indices) -> str:
    return "".join(f"<munder><mo>∑</mo>{_word(index)}</munder>" for index in indices)


def _power(base: str, exponent: Fraction) -> str:
    if exponent == Fraction(1, 2):
        return f"<msqrt>{_row(base)}</msqrt>"
    return f"<msup>{_row(base)}{_number(exponent)}</msup>"


def _number(value: Fraction) -> str:
    above, below = map(str, value.as_integer_ratio())
    return _row(above) if below == "1" else _over(above, below)


def _over(above: str, below: str, several: bool = False) -> str:
    return f"<mfrac>{_row(above)}{_row(below)}</mfrac>"


def _group(content: str) -> str:
    return f"<mrow><mo>(</mo>{_row(content)}<mo>)</mo></mrow>"


def _call(name: str, args: Sequence[str]) -> str:
    return f"<mrow><mi>{escaped(name)}</mi>{_group('<mo>,</mo>'.join(args))}</mrow>"


def _along(name: str, indices: Indices, arg: str) -> str:
    return f"<mrow>{_subscript(f'<mi>{escaped(name)}</mi>', indices)}{_group(arg)}</mrow>"


def _derivative(order: int, name: str, by: Sequence[str]) -> str:
    sign = "<mo>∂</mo>" if order == 1 else f"<msup><mo>∂</mo><mn>{order}</mn></msup>"
    return _over(f"{sign}{name}", "".join(f"<mo>∂</mo>{each}" for each in by))


def _compare(sign: str, one: str, other: str) -> str:
    return f"{_row(one)}<mo>{escaped(sign)}</mo>{_row(other)}"


MATHML = Symbols(
    entry=_entry,
    total=_total,
    delta=lambda one, other: _subscript("<mi>δ</mi>", (one, other)),
    power=_power,
    raised=lambda base, exponent: f"<msup>{_row(base)}{_row(exponent)}</msup>",
    call=_call,
    along=_along,
    compare=_compare,
    number=_number,
    group=_group,
    derivative=_derivative,
    matrix=lambda text: f"<mtext>{escaped(text)}</mtext>",
    over=_over,
    size=lambda dim: f'<mtext>the size of</mtext><mspace width=".3em"/>{_word(dim)}',
    times=" ",
    pi="<mi>π</mi>",
)
