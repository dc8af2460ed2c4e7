"""Statements that let arrays go as soon as nobody reads them any more."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from einsum_grad.emit.product import ROLES
from einsum_grad.lower import Program, Step, dying

SMALLEST = 1 << 17
"""The bytes from which on an array is worth a statement in a module of large arrays."""


@dataclass(frozen=True, slots=True)
class Statement:
    """Lines, the steps that they do, and the names that they leave."""

    steps: Sequence[Step]
    names: tuple[str, ...]
    lines: list[str]

    def roles(self) -> tuple[str, ...]:
        """The names among those of the arguments of a call that the lines bind."""
        return tuple(role for role in ROLES if self.binds(role))

    def binds(self, name: str) -> bool:
        """Whether some line binds `name`."""
        return any(line.startswith(f"{name} = ") for line in self.lines)


def freed(
    program: Program, found: Sequence[Statement], kept: Collection[str]
) -> Iterator[Statement]:
    """The statements, each with a `del` of what is of no more use; `kept` are used after them."""
    todo = [step for statement in found for step in statement.steps]
    over = iter(dying(program, todo, kept))
    there = {name for statement in found for name in statement.names}
    made = {step.result.name for step in todo}
    for number, statement in enumerate(found, start=1):
        dead = chain.from_iterable(next(over) for _ in statement.steps)
        names = [v.name for v in dead if v.labels and (v.name in there or v.name not in made)]
        if number < len(found) and (names or _may_copy(program, statement)):
            names += [role for role in statement.roles() if not found[number].binds(role)]
        lines = [*statement.lines, *([f"del {', '.join(names)}"] if names else [])]
        yield Statement(statement.steps, statement.names, lines)


def _may_copy(program: Program, statement: Statement) -> bool:
    """Whether the statement makes matrices of large arrays that may lie in any order in memory."""
    scale = program.scale
    if scale is None:
        return False
    given = {program.cotangent, *program.operands}
    args = given.intersection(arg for step in statement.steps for arg in step.args)
    return any(scale.reaches(arg.labels, SMALLEST) for arg in args)
