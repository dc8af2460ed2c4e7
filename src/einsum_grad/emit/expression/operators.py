"""Operators of expressions, with Python's precedence: every target has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from einsum_grad.emit.text.helpers import Helper
from einsum_grad.emit.text.spelling import (
    NO_BREAK,
    Parts,
    Speller,
    Spelling,
    attribute,
)
from einsum_grad.emit.text.target import Target
from einsum_grad.emit.text.tree import Call, Expression

_RANKS: Mapping[str, int] = {
    **dict.fromkeys(("less", "less_equal", "equal", "not_equal", "greater", "greater_equal"), 0),
    **dict.fromkeys(("add", "signed"), 1),
    **dict.fromkeys(("multiply", "divide", "matmul"), 2),
    "negative": 3,
    "power": 4,
}
"""How tightly operators bind."""

_TIGHTEST = 5


def _rank(value: Expression) -> int:
    if isinstance(value, Call):
        return _RANKS.get(value.operation, _TIGHTEST)
    return _RANKS["negative"] if str(value).startswith("-") else _TIGHTEST


def _operand(value: Expression, least: int, speller: Speller) -> str:
    """The text of an operand, in parentheses where it binds less tightly than `least`."""
    text = speller.text(value)
    return text if _rank(value) >= least else f"({text})"


def _operator(operation: str, sign: str, right: int = 1) -> Spelling:
    """`x + y`; the right operand has to bind more tightly by `right`."""
    rank = _RANKS[operation]

    def spell(call: Call, speller: Speller) -> Parts:
        first, *others = call.args
        text = _operand(first, rank, speller)
        for other in others:
            text += f" {sign}{NO_BREAK}{_operand(other, rank + right, speller)}"
        return "", text, ""

    return spell


def _signed(call: Call, speller: Speller) -> Parts:
    """A sum of terms, each after its sign."""
    first, *others = call.args
    text = _operand(first, _RANKS["signed"], speller)
    for sign, term in zip(others[::2], others[1::2], strict=True):
        least = _RANKS["signed"] + (sign == "-")
        text += f" {sign}{NO_BREAK}{_operand(term, least, speller)}"
    return "", text, ""


def _negative(call: Call, speller: Speller) -> Parts:
    return "", f"-{_operand(call.args[0], _RANKS['power'], speller)}", ""


def _power(call: Call, speller: Speller) -> Parts:
    base, exponent = call.args
    text = (
        f"{_operand(base, _TIGHTEST, speller)}**{_operand(exponent, _RANKS['negative'], speller)}"
    )
    return "", text, ""


_SIGNS: Sequence[tuple[str, str]] = (
    ("less", "<"),
    ("less_equal", "<="),
    ("equal", "=="),
    ("not_equal", "!="),
    ("greater", ">"),
    ("greater_equal", ">="),
)


OPERATORS: Mapping[str, Spelling] = {
    **{name: _operator(name, sign) for name, sign in _SIGNS},
    "add": _operator("add", "+", 0),
    "signed": _signed,
    "multiply": _operator("multiply", "*"),
    "divide": _operator("divide", "/"),
    "matmul": _operator("matmul", "@"),
    "negative": _negative,
    "power": _power,
    "T": attribute("T"),
}


def constant(text: str, *needs: str) -> Spelling:
    """A number that a library has: `np.pi`."""

    def spell(call: Call, speller: Speller) -> Parts:
        speller.used.update(needs)
        return text, "", ""

    return spell


def around(before: str, after: str, *needs: str) -> Spelling:
    """A call of one argument, with text around it: `np.linalg.slogdet(x)[1]`."""

    def spell(call: Call, speller: Speller) -> Parts:
        speller.used.update(needs)
        return before, speller.text(call.args[0]), after

    return spell


def expressions(
    base: Target, functions: Mapping[str, Spelling], helpers: Mapping[str, Helper]
) -> Target:
    """A target with the functions of expressions, which writes nothing to memory that is there."""
    return replace(
        base,
        spellings={**base.spellings, **OPERATORS, **functions},
        helpers={**base.helpers, **helpers},
        frees=False,
        out_argument={},
    )
