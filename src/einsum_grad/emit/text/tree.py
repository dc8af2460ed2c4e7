"""What a module says before it is text: expressions, and the statements that they stand in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Call:
    """An operation on arrays or sizes, which a target spells.

    `args` are expressions, and labels where the operation has to do with these.
    """

    operation: str
    args: tuple[Any, ...]
    options: tuple[tuple[str, Any], ...] = ()


Expression = Call | str | int
"""A call, or what has no parts: a name, a number, the size of an array."""


def call(operation: str, *args: Any, **options: Any) -> Call:
    """The call of `operation`; an option is given by its name.

    >>> call("sum", "x", axis=0)
    Call(operation='sum', args=('x',), options=(('axis', 0),))
    """
    return Call(operation, args, tuple(options.items()) if options else ())


@dataclass(frozen=True, slots=True)
class Assign:
    """The name, the names or the part of an array `target` becomes `value`."""

    target: Expression
    value: Expression


@dataclass(frozen=True, slots=True)
class Increase:
    """`value` is added to the name or the part of an array `target`."""

    target: Expression
    value: Expression


@dataclass(frozen=True, slots=True)
class Do:
    """A call made for its effect."""

    value: Call


@dataclass(frozen=True, slots=True)
class Return:
    """The function returns `value`."""

    value: Expression


@dataclass(frozen=True, slots=True)
class Free:
    """The arrays of these names are dead: their memory can be freed."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment; an empty one is a blank line."""

    text: str


@dataclass(frozen=True, slots=True)
class If:
    """Statements run where `test` holds."""

    test: Expression
    body: Sequence[Statement]


@dataclass(frozen=True, slots=True)
class For:
    """Statements run for each of `every`."""

    each: str
    every: Expression
    body: Sequence[Statement]


@dataclass(frozen=True, slots=True)
class Raise:
    """A ValueError; its message has `values` where `{}` stands."""

    message: str
    values: tuple[Expression, ...] = ()


@dataclass(frozen=True, slots=True)
class Define:
    """A function; one with a decorator stands before the function in whose body it is defined."""

    name: str
    parameters: Sequence[str]
    doc: str
    body: Sequence[Statement]
    decorator: str = ""


@dataclass(frozen=True, slots=True)
class Lines:
    """Code that is much the same in every module, written verbatim."""

    text: str


Statement = Assign | Increase | Do | Return | Free | Comment | If | For | Raise | Define | Lines

BLANK = Comment("")

KERNEL = "kernel"
"""The decorator of a function of loops; what that is a target says."""


def names(given: Sequence[Expression]) -> Call:
    """The names as a tuple without parentheses, where it needs none."""
    return Call("names", tuple(given))


def ended(body: Sequence[Statement], name: str) -> Iterator[Statement]:
    """`body` and the return of `name`: of an expression, where `name` is assigned last."""
    last = body[-1] if body else None
    if isinstance(last, Assign) and last.target == name:
        yield from body[:-1]
        yield Return(last.value)
    else:
        yield from body
        yield Return(name)
