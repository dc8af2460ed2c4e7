"""Sentences of the language of expressions: what they are, and what is said of others."""

import ast as python
from fractions import Fraction
from typing import Any

import pytest

from einsum_grad.errors import ArgumentTypeError, ExpressionError, PatternError
from einsum_grad.syntax import expression as ast
from einsum_grad.syntax import parse_expression

OPERATORS = {
    python.Add: "+",
    python.Sub: "-",
    python.Mult: "*",
    python.Div: "/",
    python.MatMult: "@",
    python.Pow: "**",
}


def shape(given: Any) -> Any:
    """An expression of ours as nested tuples."""
    match given:
        case ast.Number():
            return float(given.value)
        case ast.Name():
            return given.name
        case ast.Negative():
            return ("neg", shape(given.value))
        case ast.Binary():
            return (given.operator, shape(given.left), shape(given.right))
        case ast.Attribute():
            return (".", shape(given.value), given.name)
        case ast.Call():
            return ("call", shape(given.function), *map(shape, given.arguments))
    raise TypeError(given)


def pythons(given: Any) -> Any:
    """The same of Python's own parser."""
    match given:
        case python.Constant():
            return float(given.value)  # type: ignore[arg-type]  # it is a number
        case python.Name():
            return given.id
        case python.UnaryOp(op=python.USub()):
            return ("neg", pythons(given.operand))
        case python.UnaryOp():
            return pythons(given.operand)
        case python.BinOp():
            return (OPERATORS[type(given.op)], pythons(given.left), pythons(given.right))
        case python.Attribute():
            return (".", pythons(given.value), given.attr)
        case python.Call():
            return ("call", pythons(given.func), *map(pythons, given.args))
    raise TypeError(given)


@pytest.mark.parametrize(
    "text",
    [
        "a + b * c - d / e @ f",
        "-a ** -b ** c",
        "2 ** -x * 3",
        "-x.T @ y + +z",
        "(a - b) - (c - d)",
        "exp(-x) / (1 + exp(-x)) ** 2",
        "x.T.T @ f(x, y)(z)",
        "1.5e-3 * .5 + 2. - 1_000",
        "a @ b * c / d",
    ],
)
def test_precedence_is_pythons(text: str) -> None:
    assert shape(parse_expression(text).result) == pythons(python.parse(text, mode="eval").body)


def test_numbers_are_exact() -> None:
    number = parse_expression("0.1").result
    assert isinstance(number, ast.Number)
    assert number.value == Fraction(1, 10)


def test_lines_end_with_semicolons_or_new_lines_outside_brackets() -> None:
    found = parse_expression("r = (a\n  + b)  # a comment; with = signs\n\ns = r; r * s\n")
    assert [line.name for line in found.lines] == ["r", "s"]


def test_rows_of_operators_may_be_long() -> None:
    assert parse_expression(" + ".join(["a"] * 5000)).lines == ()


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ("a ^ b", 2, r"a power is written \*\*"),
        ("a +", 3, "the text ends here"),
        ("", 0, "the text ends here"),
        ("f = sum(x)", 10, "the last line is the expression itself"),
        ("r = x; f = r @ r;", 17, "the last line is the expression itself"),
        ("(a", 2, "the text ends here"),
        ("x[1:2]", 3, "no slices"),
        ("a b", 2, "'b' is not expected here"),
        ("a & b", 2, "one where"),
        ("f(x) = 2", 5, "only a line by itself names something"),
        ("r = a\nr +\nb", 9, "the line ends here"),
        ("1e999", 0, "no float holds"),
        ("a × b", 2, r"a product is written \*"),
        ("a − b", 2, "minus is written -"),
        ("f(" * 200 + "a" + ")" * 200, 202, "nested deeper"),
        ("-" * 3000 + "a", 3000, "nested deeper"),
        ("+" * 3000 + "a", 3000, "nested deeper"),
        ("a" + ".T" * 3000, 0, "nested deeper"),
        ("1__0", 1, "is not expected"),
        ("1_.5", 1, "is not expected"),
    ],
)
def test_mistakes_are_pointed_at(text: str, position: int, message: str) -> None:
    with pytest.raises(ExpressionError, match=message) as caught:
        parse_expression(text)
    assert caught.value.pattern == text
    assert isinstance(caught.value, PatternError)
    if "nested" not in message:
        assert caught.value.position == position


def test_only_text_is_parsed() -> None:
    with pytest.raises(ArgumentTypeError, match="int"):
        parse_expression(1)  # type: ignore[arg-type]  # that is the test
