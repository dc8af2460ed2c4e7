"""Text to `Sentence`."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from einsum_grad.errors import ArgumentTypeError, ExpressionError
from einsum_grad.syntax import expression as ast
from einsum_grad.syntax.grammar import parser
from einsum_grad.syntax.limits import check_length
from einsum_grad.syntax.quote import pointed
from einsum_grad.visible import visible

if TYPE_CHECKING:
    from lark import Token

MAX_DEPTH = 100
"""How deeply the parts of a sentence may be nested."""

_OPENING, _CLOSING = "([", ")]"
_LEAST, _MOST = Fraction(1, 10**320), Fraction(10**300)


def refused(message: str, text: str, position: int) -> ExpressionError:
    """The error that says `message` and points at `position` of `text`."""
    return ExpressionError(f"{message}\n{pointed(text, position)}", text, position)


def parse_expression(text: str) -> ast.Sentence:
    """Parse a sentence.

    Raises `ExpressionError`, which points at the mistake, and `ArgumentTypeError` for anything but
    a str.

    >>> parse_expression("r = a - b; r * r").lines[0].name
    'r'
    """
    if not isinstance(text, str):
        raise ArgumentTypeError(f"an expression is a str, and not of type {type(text).__name__}")
    check_length(text)
    return _parse(text)


@functools.lru_cache(maxsize=256)
def _parse(text: str) -> ast.Sentence:
    *lines, result = tree_of(_in_one_line(text), "sentence", text)
    return ast.Sentence(text, tuple(lines), result)


def tree_of(given: str, start: str, text: str) -> list[Any]:
    """What the grammar makes of `given`, which has the positions of `text`."""
    from lark.exceptions import UnexpectedInput

    try:
        tree = parser("expression")(given, start=start)
    except UnexpectedInput as error:
        ended = getattr(getattr(error, "token", None), "type", "") == "$END"
        at = len(text) if ended else error.pos_in_stream or 0
        raise refused(_diagnosis(given, at), text, at) from None
    return _Reader(text).children(tree, 0)


def _in_one_line(text: str) -> str:
    """`text` with a space for each new line within brackets, and for each within a comment."""
    depth, comment, found = 0, False, []
    for char in text:
        comment = char != "\n" and (comment or char == "#")
        if not comment:
            depth += (char in _OPENING) - (char in _CLOSING)
        found.append(" " if char == "\n" and depth > 0 else char)
    return "".join(found)


def _diagnosis(text: str, at: int) -> str:
    """What is wrong where the parser stopped."""
    rest = text[at:]
    if not rest and _NAMED.fullmatch(text):
        return "the last line is the expression itself, without a name before it"
    if not rest:
        return "the text ends here, where more is expected"
    for sign, message in _SIGNS.items():
        if rest.startswith(sign):
            return message
    if rest[0] in "\n;":
        return "the line ends here, where more is expected"
    return f"'{visible(rest[0])}' is not expected here"


_NAMED = re.compile(r"(?s:.*[;\n])?\s*[^\W\d]\w*\s*=[^;\n]*[^;\n=\s][^;\n]*[;\n\s]*")
"""A text whose last line names something."""

_SIGNS = {
    "^": "a power is written **",
    "&": "conditions are not joined by &: write one where() in another",
    "|": "conditions are not joined by |: write one where() in another",
    "%": "there is no remainder here",
    "//": "there is no floor division here",
    ":": "there are no slices here: an index is a plain : or None",
    "=": "only a line by itself names something: name = expression",
    "–": "this is a dash: minus is written -",
    "−": "this is the sign U+2212: minus is written -",
    "·": "a product is written *",
    "×": "a product is written *",
}


class _Reader:
    """Makes the AST of Lark's trees."""

    def __init__(self, text: str) -> None:
        self.text = text

    def children(self, tree: Any, depth: int) -> list[Any]:
        """The AST of each part of a tree."""
        return [self.read(child, depth) for child in tree.children]

    def read(self, tree: Any, depth: int) -> Any:
        """The AST of a tree; a token stays."""
        if not hasattr(tree, "children"):
            return tree
        if depth > MAX_DEPTH:
            raise refused(f"this is nested deeper than {MAX_DEPTH}", self.text, _start(tree))
        if tree.data == "binary":
            return self.chain(tree, depth)
        if tree.data == "number":
            return ast.Number(self.number(tree.children[0]), _at(tree.children[0]))
        return _MADE[tree.data](self.children(tree, depth + 1))

    def chain(self, tree: Any, depth: int) -> ast.Expression:
        """Operators of one rank in a row, however many."""
        links = []
        while getattr(tree, "data", None) == "binary":
            tree, operator, right = tree.children
            links.append((operator, right))
        found: ast.Expression = self.read(tree, depth + 1)
        for operator, right in reversed(links):
            other = self.read(right, depth + 1)
            found = ast.Binary(str(operator), found, other, _at(operator))
        return found

    def number(self, token: Token) -> Fraction:
        """The number, which a float can hold."""
        text = str(token)
        if 0 < float(text) < float("inf") or not any(
            map(text.partition("e")[0].count, "123456789")
        ):
            return Fraction(text.rstrip("_"))
        raise refused(f"no float holds the number {text}", self.text, _at(token))


def _at(token: Token) -> int:
    return token.start_pos or 0


def _start(tree: Any) -> int:
    """Where a tree begins, however deep it is."""
    tokens, todo = list[Any](), [tree]
    while todo:
        part = todo.pop()
        tokens += [part] if isinstance(part, str) else []
        todo += getattr(part, "children", ())
    return min(map(_at, tokens), default=0)


def start_of(value: Any) -> int:
    """Where an expression begins, as far as its parts tell."""
    while isinstance(value, ast.Binary | ast.Attribute | ast.Subscript):
        value = value.left if isinstance(value, ast.Binary) else value.value
    return int(value.start)


def _call(found: list[Any]) -> ast.Call:
    function, *arguments = found
    plain = tuple(each for each in arguments if not isinstance(each, ast.Keyword))
    keywords = tuple(each for each in arguments if isinstance(each, ast.Keyword))
    return ast.Call(function, plain, keywords, function.start)


def _tuple(found: list[Any]) -> ast.Items:
    return ast.Items(tuple(found), start_of(found[0]))


def _subscript(found: list[Any]) -> ast.Subscript:
    return ast.Subscript(found[0], tuple(found[1:]), start_of(found[1]))


_MADE: dict[str, Callable[[list[Any]], Any]] = {
    "line": lambda found: ast.Line(str(found[0]), found[1], _at(found[0])),
    "name": lambda found: ast.Name(str(found[0]), _at(found[0])),
    "string": lambda found: ast.String(str(found[0])[1:-1], _at(found[0]) + 1),
    "colon": lambda found: ast.Mark(str(found[0]), _at(found[0])),
    "dots": lambda found: ast.Mark(str(found[0]), _at(found[0])),
    "negative": lambda found: ast.Negative(found[0], start_of(found[0])),
    "positive": lambda found: found[0],
    "attribute": lambda found: ast.Attribute(found[0], str(found[1]), _at(found[1])),
    "keyword": lambda found: ast.Keyword(str(found[0]), found[1], _at(found[0])),
    "subscript": _subscript,
    "tuple": _tuple,
    "call": _call,
    "declaration": tuple,
}
