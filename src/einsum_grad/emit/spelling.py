"""How operations are written: as functions, methods, operators, or by means of other operations.

A spelling gives the text of a call in three parts, as a long line is broken before and after the
second. Where the first is empty, parentheses hold the text together, on several lines or beside a
dot or an operator.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol

from einsum_grad.emit.tree import Call, Expression
from einsum_grad.emit.view import reindexed

NO_BREAK = "\0"
"""A space at which no line is broken; a plain one as soon as all lines are there."""

INNER = "\1\2\3\4\5"
"""Spaces within the entries of a long list, and within entries of those: a line is broken there
only where an entry does not fit on one."""

_DEEPER = str.maketrans(f" {INNER[:-1]}", INNER)
_SHORT = 60
"""The characters of entries that come on one line in any case, at most."""


Parts = tuple[str, str, str]


class Speller(Protocol):
    """Writes expressions, and remembers the libraries and helpers that they need."""

    used: set[str]

    def text(self, value: Expression) -> str:
        """The text of `value`."""

    def tight(self, value: Expression) -> str:
        """The same where a dot, an index or an operator comes next to it."""

    def parts(self, value: Expression) -> Parts:
        """The same in three parts."""


Spelling = Callable[[Call, Speller], Parts]


def function(name: str, *needs: str) -> Spelling:
    """`name(x, y)`, which needs libraries and helpers."""

    def spell(call: Call, speller: Speller) -> Parts:
        speller.used.update(needs)
        return f"{name}(", _arguments(call, 0, speller), ")"

    return spell


def method(name: str) -> Spelling:
    """`x.name(y)`."""

    def spell(call: Call, speller: Speller) -> Parts:
        return f"{speller.tight(call.args[0])}.{name}(", _arguments(call, 1, speller), ")"

    return spell


def shaped(name: str) -> Spelling:
    """`x.name(2, 3)`, or `x.name(shape)`."""

    def spell(call: Call, speller: Speller) -> Parts:
        array, *shape = call.args
        if len(shape) == 1 and isinstance(shape[0], Call) and shape[0].operation == "tuple":
            shape = [*(shape[0].args or shape)]
        return method(name)(Call(name, (array, *shape)), speller)

    return spell


def attribute(name: str) -> Spelling:
    """`x.name`."""
    return lambda call, speller: (f"{speller.tight(call.args[0])}.{name}", "", "")


def infix(operator: str) -> Spelling:
    """`x + y`, broken before the operators."""
    between = f" {operator}{NO_BREAK}"
    return lambda call, speller: ("", between.join(map(speller.tight, call.args)), "")


def rewritten(by: Callable[..., Expression]) -> Spelling:
    """What is written by means of other operations."""
    return lambda call, speller: speller.parts(by(*call.args))


def transpose(name: str, most: int) -> Spelling:
    """`x.T`, where that says it of at most so many axes, or `x.name(1, 0, 2)`."""

    def spell(call: Call, speller: Speller) -> Parts:
        array, axes = composed(call)
        if axes == list(range(len(axes))):
            return speller.parts(array)
        if len(axes) <= most and axes == list(range(len(axes)))[::-1]:
            return f"{speller.tight(array)}.T", "", ""
        return f"{speller.tight(array)}.{name}(", ", ".join(map(str, axes)), ")"

    return spell


def composed(turned: Call) -> tuple[Expression, list[int]]:
    """The array of one or more transpositions, and its axes after all of them."""
    array, *axes = turned.args
    while isinstance(array, Call) and array.operation == turned.operation:
        axes = [array.args[1 + axis] for axis in axes]
        array = array.args[0]
    return array, axes


def renamed(spelling: Spelling, names: Mapping[str, str]) -> Spelling:
    """A spelling whose options have other names."""

    def spell(call: Call, speller: Speller) -> Parts:
        options = tuple((names.get(name, name), value) for name, value in call.options)
        return spelling(replace(call, options=options), speller)

    return spell


def index(call: Call, speller: Speller) -> Parts:
    """`x[:, None]`."""
    made = reindexed(call)
    if made != call:
        return speller.parts(made)
    return f"{speller.tight(call.args[0])}[", _arguments(call, 1, speller), "]"


def _own(call: Call, speller: Speller) -> Parts:
    """A call of a function whose name comes first."""
    return f"{call.args[0]}(", _arguments(call, 1, speller), ")"


def _text(call: Call, speller: Speller) -> Parts:
    return f'"{call.args[0]}"'.replace(" ", NO_BREAK), "", ""


def _tuple(call: Call, speller: Speller) -> Parts:
    return "(", _arguments(call, 0, speller) + ("," if len(call.args) == 1 else ""), ")"


def _names(call: Call, speller: Speller) -> Parts:
    """A tuple without its parentheses, where it needs none."""
    bare = len(call.args) > 1
    return ("", _arguments(call, 0, speller), "") if bare else _tuple(call, speller)


def _list(call: Call, speller: Speller) -> Parts:
    return "[", _arguments(call, 0, speller), "]"


def _plus(call: Call, speller: Speller) -> Parts:
    """The sum of shapes."""
    *before, last = call.args
    return _with_last("".join(f"{speller.text(each)} + " for each in before), last, speller)


def _unlike(call: Call, speller: Speller) -> Parts:
    """`x != y`, or of more `not x == y == z`."""
    if len(call.args) > 2:
        return "", f"not {f' =={NO_BREAK}'.join(map(speller.text, call.args))}", ""
    return _with_last(f"{speller.text(call.args[0])} != ", call.args[1], speller)


def _with_last(before: str, last: Expression, speller: Speller) -> Parts:
    """An expression that is broken where its last part is, such as a tuple."""
    opening, inside, closing = speller.parts(last)
    return (before + opening, inside, closing) if opening else ("", before + inside, "")


def _arguments(call: Call, first: int, speller: Speller) -> str:
    """The arguments of `call`, to be broken between them rather than within one."""
    args = [arg if type(arg) is str else speller.text(arg) for arg in call.args[first:]]
    if call.options:
        args += [f"{name}={speller.text(value)}" for name, value in call.options]
    text = ", ".join(args)
    return text if len(text) <= _SHORT else ", ".join(arg.translate(_DEEPER) for arg in args)


PYTHON: Mapping[str, Spelling] = {
    "own": _own,
    "text": _text,
    "tuple": _tuple,
    "names": _names,
    "list": _list,
    "plus": _plus,
    "times": infix("*"),
    "minus": infix("-"),
    "range": function("range"),
    "less": infix("<"),
    "unlike": _unlike,
    "product": function("math.prod", "math"),
    "dtype": attribute("dtype"),
    "rank": attribute("ndim"),
}
"""Operations on sizes and names, which are Python's own, and what every array has."""
