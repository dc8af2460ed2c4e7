"""A `Sentence` to text, with other names in the place of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction

from einsum_grad.syntax import expression as ast

Names = Mapping[str, str]
"""What arrays, axes and lines are called."""

_RANKS: Mapping[str, int] = {
    **dict.fromkeys(("<", "<=", ">", ">=", "==", "!="), 0),
    **dict.fromkeys(("+", "-"), 1),
    **dict.fromkeys(("*", "/", "@"), 2),
    "**": 4,
}
_MINUS, _POSTFIX = 3, 5


def written(sentence: ast.Sentence, names: Names) -> list[str]:
    """The lines of a sentence, in which `names` are called otherwise.

    >>> from einsum_grad.syntax import parse_expression
    >>> written(parse_expression("r=(X@θ-y) ; sum(r**2)/2"), {"θ": "a"})
    ['r = X @ a - y', 'sum(r**2) / 2']
    """
    lines = [
        f"{names.get(each.name, each.name)} = {_text(each.value, names)}" for each in sentence.lines
    ]
    return [*lines, _text(sentence.result, names)]


def decimal(value: Fraction) -> str:
    """A number that was written in decimals, exactly.

    >>> decimal(Fraction("0.044715")), decimal(Fraction(12))
    ('0.044715', '12')
    """
    places = 0
    while (value * 10**places).denominator > 1:
        places += 1
    digits = tuple(map(int, str((value * 10**places).numerator)))
    return str(Decimal((0, digits, -places)))


def _text(value: ast.Expression | ast.Mark, names: Names, least: int = 0) -> str:
    """The text of an expression, in parentheses where it binds less tightly than `least`."""
    text = _WRITERS[type(value)](value, names)
    return text if _rank(value) >= least else f"({text})"


def _rank(value: object) -> int:
    if isinstance(value, ast.Binary):
        return _RANKS[value.operator]
    return _MINUS if isinstance(value, ast.Negative) else _POSTFIX


def _binary(value: ast.Binary, names: Names) -> str:
    """Operators of one rank in a row, however many."""
    links, rank = [value], _RANKS[value.operator]
    while rank in (1, 2) and isinstance(left := links[-1].left, ast.Binary) and _rank(left) == rank:
        links.append(left)
    if value.operator == "**":
        base, exponent = _text(value.left, names, _POSTFIX), _text(value.right, names, _MINUS)
        return f"{base}**{exponent}"
    found = _text(links[-1].left, names, rank + (rank == 0))
    for link in reversed(links):
        found = f"{found} {link.operator} {_text(link.right, names, rank + 1)}"
    return found


def _items(value: ast.Items, names: Names) -> str:
    items = [_text(item, names) for item in value.items]
    return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"


def _inner(value: ast.Expression, names: Names) -> str:
    """What a dot, an index or a call comes after."""
    return (
        f"({_text(value, names)})"
        if isinstance(value, ast.Number)
        else _text(value, names, _POSTFIX)
    )


def _call(value: ast.Call, names: Names) -> str:
    function = value.function
    name = function.name if isinstance(function, ast.Name) else _text(function, names)
    keywords = [f"{each.name}={_text(each.value, names)}" for each in value.keywords]
    return f"{name}({', '.join([*(_text(each, names) for each in value.arguments), *keywords])})"


def _subscript(value: ast.Subscript, names: Names) -> str:
    return f"{_inner(value.value, names)}[{', '.join(_text(x, names) for x in value.indices)}]"


_WRITERS: Mapping[type, Callable[..., str]] = {
    ast.Number: lambda value, names: decimal(value.value),
    ast.Name: lambda value, names: names.get(value.name, value.name),
    ast.String: lambda value, names: f"'{value.text}'",
    ast.Mark: lambda value, names: value.text,
    ast.Items: _items,
    ast.Negative: lambda value, names: f"-{_text(value.value, names, _MINUS)}",
    ast.Binary: _binary,
    ast.Attribute: lambda value, names: f"{_inner(value.value, names)}.{value.name}",
    ast.Subscript: _subscript,
    ast.Call: _call,
}
