"""Views and conjugates written where they are used, rather than on lines of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from einsum_grad.emit.steps.freed import Part
from einsum_grad.emit.text.tree import Assign, Call, Expression, Statement
from einsum_grad.lower import Op
from einsum_grad.plan import diagonals

_READ_SHAPES = frozenset({Op.MERGE, Op.SPLIT})
"""Steps whose statements read the shape of an array as well as the array."""


def inlined(found: Sequence[Part], kept: Collection[str]) -> list[Part]:
    """The parts, with what is read once in the place where it is read.

    Only a conjugate, a transposed view or one without units goes where it is read, and a transposed
    view takes what it is made of; the values `kept` are used outside.
    """
    reads = Counter(arg.name for part in found for step in part.steps for arg in step.args)
    made: dict[str, int] = {}
    told = list(found)
    for place, part in enumerate(found):
        for name in dict.fromkeys(arg.name for step in part.steps for arg in step.args):
            if name not in made or reads[name] > 1 or name in kept:
                continue
            source, reader = told[made[name]], told[place]
            if _is_light(source) or _is_transposed(reader):
                joined = _joined(source, reader, name)
                if joined is not None:
                    told[made[name]], told[place] = replace(source, body=()), joined
        made |= dict.fromkeys(part.names, place)
    return told


def _is_light(part: Part) -> bool:
    return part.steps[0].op in (Op.CONJUGATE, Op.UNITS) or _is_transposed(part)


def _is_transposed(part: Part) -> bool:
    """Whether the part does no more than permute axes."""
    step = part.steps[0]
    if len(part.steps) > 1 or step.op is not Op.CONTRACT or len(step.args) > 1:
        return False
    labels = step.args[0].labels
    return not diagonals(labels) and sorted(labels) == sorted(step.result.labels)


def _joined(source: Part, reader: Part, name: str) -> Part | None:
    """`reader` with the value of `name` in its place; None where it stands in more than one."""
    textual = reader.steps[0].op in _READ_SHAPES
    if textual or len(source.body) != 1 or not isinstance(source.body[0], Assign):
        return None
    value = source.body[0].value
    seen, body = 0, list[Statement]()
    for statement in reader.body:
        if not isinstance(statement, Assign):
            return None
        seen += _count(statement.value, name)
        body.append(replace(statement, value=_with(statement.value, name, value)))
    return replace(reader, body=tuple(body)) if seen == 1 else None


def _count(expression: Any, name: str) -> int:
    """How often an array of that name stands in `expression`."""
    if isinstance(expression, Call):
        options = (value for _, value in expression.options)
        return sum(_count(each, name) for each in (*expression.args, *options))
    return int(expression == name)


def _with(expression: Any, name: str, value: Expression) -> Any:
    """`expression` with `value` in the place of `name`."""
    if isinstance(expression, Call):
        args = tuple(_with(arg, name, value) for arg in expression.args)
        return replace(expression, args=args)
    return value if expression == name else expression
