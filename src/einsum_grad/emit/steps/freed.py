"""Statements that free each array after its last use."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from einsum_grad.emit.steps.groups import ROLES
from einsum_grad.emit.text.tree import Assign, Free, Statement
from einsum_grad.lower import Program, Step, dying, machine


@dataclass(frozen=True, slots=True)
class Part:
    """Statements, the steps that they do, and the names that they leave."""

    steps: Sequence[Step]
    names: tuple[str, ...]
    body: tuple[Statement, ...]

    def binds(self, role: str) -> bool:
        """Whether some statement gives the name `role` to an argument of a call."""
        return any(isinstance(each, Assign) and each.target == role for each in self.body)


def freed(program: Program, found: Sequence[Part], kept: Collection[str]) -> Iterator[Part]:
    """The parts, each with a `Free` of what dies in it; `kept` are used afterwards."""
    todo = [step for part in found for step in part.steps]
    over = dying(program, todo, kept)
    if program.scale is None and not any(over):
        yield from found
        return
    dead_after = iter(over)
    there = {name for part in found for name in part.names}
    made = {step.result.name for step in todo}
    for number, part in enumerate(found, start=1):
        dead = chain.from_iterable(next(dead_after) for _ in part.steps)
        names = [v.name for v in dead if v.labels and (v.name in there or v.name not in made)]
        if number < len(found) and (names or _may_copy(program, part)):
            names += [role for role in ROLES if part.binds(role) and not found[number].binds(role)]
        yield Part(part.steps, part.names, (*part.body, Free(tuple(names)))) if names else part


def _may_copy(program: Program, part: Part) -> bool:
    """Whether `part` makes matrices of large arrays that may lie in any order in memory."""
    scale = program.scale
    if scale is None:
        return False
    given = {program.cotangent, *program.operands}
    args = given.intersection(arg for step in part.steps for arg in step.args)
    return any(scale.reaches(arg.labels, machine.REUSED) for arg in args)
