"""Liveness: the step after which each array of a function can be freed."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from einsum_grad.lower.program import Program, Step, Value, is_view, steps


def dying(program: Program, todo: Sequence[Step], kept: Collection[str]) -> list[tuple[Value, ...]]:
    """For each step of `todo`, the values whose array is dead after it.

    `kept` names the values that are used after `todo`. Views die with their array. Arrays of the
    caller are never freed, and nothing is once the last array is made.

    >>> from einsum_grad.lower import lower
    >>> from einsum_grad.plan import pairwise, pattern_of
    >>> from einsum_grad.syntax import parse
    >>> chain = pattern_of(parse("ij,jk,kl->il"))
    >>> program = lower(pairwise(chain, ((0, 1), (0, 1))), (0, 1, 2))
    >>> todo = tuple(steps(program.backward))
    >>> for step, over in zip(todo, dying(program, todo, ("da", "db", "dc")), strict=True):
    ...     print(step.result.name, [value.name for value in over])
    dc ['t1']
    dt1 []
    da []
    db []
    """
    found: list[tuple[Value, ...]] = [() for _ in todo]
    making = max((n for n, step in enumerate(todo) if not is_view(step)), default=0)
    if not making:
        return found
    owners, used_later = _owners(program, todo), frozenset(kept)
    last: dict[str, int] = {}
    values: dict[str, dict[str, Value]] = {}
    for number, step in enumerate(todo):
        for value in (*step.args, step.result):
            if value.name in owners:
                owner = owners[value.name]
                last[owner] = number
                values.setdefault(owner, {})[value.name] = value
    for owner, number in last.items():
        if number < making and used_later.isdisjoint(values[owner]):
            found[number] += tuple(values[owner].values())
    return found


def _owners(program: Program, todo: Sequence[Step]) -> dict[str, str]:
    """The name of the array that each value lies in, for arrays that the program made."""
    owners: dict[str, str] = {}
    for step in (*steps(program.forward), *steps(program.backward), *todo):
        name, seen = step.result.name, step.args[0].name
        if not is_view(step):
            owners[name] = name
        elif seen in owners:
            owners[name] = owners[seen]
    return owners
