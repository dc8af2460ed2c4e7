"""Decorated functions are defined once, before what calls them, and not at every call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from einsum_grad.emit.text.tree import Assign, Call, Define, Do, Statement


def hoisted(functions: Iterable[Statement]) -> list[Statement]:
    """The functions, each after those decorated ones that stand in its body.

    One that is the same twice stands once; another one of the same name gets a new name.
    """
    found = list[Statement]()
    known = dict[str, Define]()
    for function in functions:
        if not isinstance(function, Define):
            found.append(function)
            continue
        own = {
            each.name: each for each in function.body if isinstance(each, Define) and each.decorator
        }
        names = {name: _named(each, known) for name, each in own.items()}
        for name, each in own.items():
            new = replace(each, name=names[name])
            if names[name] not in known:
                known[names[name]] = new
                found.append(new)
        body = [_called(each, names) for each in function.body if each not in own.values()]
        found.append(replace(function, body=body))
    return found


def _named(new: Define, known: dict[str, Define]) -> str:
    """The name of a function that is there and the same, or one that is free."""
    for name in _names(new.name):
        if name not in known or known[name] == replace(new, name=name):
            return name
    raise AssertionError


def _names(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name}_{number}"
        number += 1


def _called(statement: Statement, names: Mapping[str, str]) -> Statement:
    """`statement` with these functions by their new names."""
    match statement:
        case Do(value) | Assign(_, value):
            return replace(statement, value=_renamed(value, names))
    return statement


def _renamed(expression: Any, names: Mapping[str, str]) -> Any:
    if isinstance(expression, Call):
        args = tuple(_renamed(each, names) for each in expression.args)
        return replace(expression, args=args)
    return names.get(expression, expression) if isinstance(expression, str) else expression
