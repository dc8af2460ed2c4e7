"""Values that are read once, written where they are read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from einsum_grad.emit.expression.naming import MARK, Names
from einsum_grad.emit.text.tree import Assign, Call, Comment, Expression, Statement

_HEAVIEST = 7
"""The most operations of an expression on one line."""


def inlined(body: Sequence[Statement], kept: Collection[str]) -> list[Statement]:
    """`body` with simple values in the place where they are read; those in `kept` stay."""
    body = _needed(body, kept)
    reads = Counter(name for statement in body for name in _reads(statement))
    written = Counter(_target(statement) for statement in body)
    waiting: dict[str, Expression] = {}
    found: list[Statement] = []
    for each in body:
        statement = _joined(each, waiting)
        left = dict.fromkeys(name for name in _reads(statement) if name in waiting)
        found += [Assign(name, waiting.pop(name)) for name in left]
        name = _target(statement)
        if isinstance(statement, Assign) and reads[name] == written[name] == 1 and name not in kept:
            waiting[name] = statement.value
        else:
            found.append(statement)
    return found


def _joined(statement: Statement, waiting: dict[str, Expression]) -> Statement:
    """The statement with what is waiting in the place of names, as far as there is room."""
    if not isinstance(statement, Assign):
        return statement
    room, fitting = _HEAVIEST - _weight(statement.value), dict[str, Expression]()
    for name in _whole(statement.value):
        if name in waiting and (weight := _weight(waiting[name])) <= room:
            fitting[name] = waiting.pop(name)
            room -= weight
    return replace(statement, value=_with(statement.value, fitting))


def with_names(body: Sequence[Statement], taken: Collection[str]) -> list[Statement]:
    """`body` with names in the place of placeholders, in the order in which they come."""
    names, found = Names(taken), dict[str, str]()
    for statement in body:
        target = _target(statement)
        if MARK in target and target not in found:
            found[target] = names.new(target.partition(MARK)[0])
    return [renamed_statement(statement, found) for statement in body]


def renamed_statement(statement: Statement, names: Mapping[str, str]) -> Statement:
    """A statement in which arrays have other names."""
    if isinstance(statement, Comment):
        words = statement.text.removesuffix(".").split(" ")
        return Comment(f"{' '.join(names.get(word, word) for word in words)}.")
    if not isinstance(statement, Assign):
        return statement
    return Assign(renamed(statement.target, names), renamed(statement.value, names))


def renamed(value: Any, names: Mapping[str, str]) -> Any:
    """An expression in which arrays have other names."""
    if isinstance(value, Call):
        args = tuple(renamed(arg, names) for arg in value.args)
        options = tuple((key, renamed(each, names)) for key, each in value.options)
        return Call(value.operation, args, options)
    if isinstance(value, tuple):
        return tuple(renamed(each, names) for each in value)
    if isinstance(value, str):
        name, dot, rest = value.partition(".")
        return f"{names.get(name, name)}{dot}{rest}"
    return value


def _needed(body: Sequence[Statement], kept: Collection[str]) -> list[Statement]:
    """The statements whose values are read, or kept."""
    live, found = set(kept), list[Statement]()
    for statement in reversed(body):
        name = _target(statement)
        if not name or name in live:
            live.update(_reads(statement))
            found.append(statement)
    return found[::-1]


def _target(statement: Statement) -> str:
    target = statement.target if isinstance(statement, Assign) else ""
    return target if isinstance(target, str) else ""


def _reads(statement: Statement) -> Iterator[str]:
    """The names that a statement reads, each as often as it does."""
    if not isinstance(statement, Assign):
        return
    yield from _names(statement.value)
    if isinstance(statement.target, Call):
        yield from _names(statement.target)


def _names(value: Any) -> Iterator[str]:
    """The names in an expression; one whose shape is read counts more than once."""
    if isinstance(value, Call):
        for arg in (*value.args, *(each for _, each in value.options)):
            yield from _names(arg)
    elif isinstance(value, tuple):
        for each in value:
            yield from _names(each)
    elif isinstance(value, str):
        name, dot, _ = value.partition(".")
        yield from [name] * (2 if dot else 1)


def _whole(value: Any) -> Iterator[str]:
    if isinstance(value, Call):
        for arg in value.args:
            yield from _whole(arg)
    elif isinstance(value, str):
        yield value


def _with(value: Any, by: dict[str, Expression]) -> Any:
    if isinstance(value, Call):
        return replace(value, args=tuple(_with(arg, by) for arg in value.args))
    return by.get(value, value) if isinstance(value, str) else value


def _weight(value: Any) -> int:
    if isinstance(value, Call):
        own = _HEAVY.get(value.operation, int(value.operation not in _LIGHT))
        own = len(value.args) // 2 if value.operation == "signed" else own
        return own + sum(map(_weight, value.args))
    return 0


_HEAVY = {"reshape": 4, "einsum": 3, "tensordot": 3, "broadcast": 2}
"""Operations that count for several, as they take so much room."""

_LIGHT = frozenset({"transpose", "index", "negative", "view", "tuple", "text", "number"})
