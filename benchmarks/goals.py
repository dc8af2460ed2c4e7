"""What the measurements are held against."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.case import Limit
from benchmarks.peers import LOOPS, OURS
from benchmarks.results import Row, geometric_mean

TINY, LARGE = "product/2x3x4", "product/1024"


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked of a target: ratios to the better of torch and jax."""

    mean: float
    faster: float
    near: float
    """The share of memory-bound cases within 1.5 of a copy of as many bytes."""


_ASKED = {OURS: _Asked(1.5, 0.9, 1.0), LOOPS: _Asked(2.0, 0.95, 0.9)}


def goals(rows: Sequence[Row], ours: str) -> list[str]:
    """Return a line for each goal of a target: what was reached, and what is asked for."""
    asked = _ASKED[ours]
    every = _ratios(rows, ours)
    if not every:
        return []
    memory = _ratios([row for row in rows if row.limit == Limit.MEMORY.value], ours)
    tiny = [r for row in rows if row.case == TINY and (r := row.ratio(ours, "jax")) is not None]
    large = [r for row in rows if row.case == LARGE and (r := row.over_limit(ours)) is not None]
    moving = {
        f"{row.case} {row.dtype}": over
        for row in rows
        if row.limit == Limit.MEMORY.value and (over := row.over_limit(ours)) is not None
    }
    best = [ratio for row in rows if (ratio := row.speedup_by_best(ours)) is not None]
    return [
        f"{ours} against the better of torch and jax, {len(every)} measurements:",
        *_against(list(every.values()), asked),
        _by_best_rounds(best),
        *_each("tiny product over jax", tiny, lambda r: r <= 0.5, "at most 0.5"),
        *_each("1024³ over bare matmuls", large, lambda r: r <= 1.05, "at most 1.05"),
        *([f"  {len(memory)} memory-bound ones:"] if memory else []),
        *_against(list(memory.values()), asked),
        *_moving(moving, asked.near),
        *_slow(every),
    ]


def _ratios(rows: Sequence[Row], ours: str) -> dict[str, float]:
    found = {f"{row.case} {row.dtype}": row.speedup_of(ours) for row in rows}
    return {name: ratio for name, ratio in found.items() if ratio is not None}


def _against(ratios: Sequence[float], asked: _Asked) -> list[str]:
    if not ratios:
        return []
    faster, mean, slow = _faster(ratios), geometric_mean(ratios), sum(r < 0.9 for r in ratios)
    return [
        _goal("faster", f"{faster:.0%}", faster >= asked.faster, f"at least {asked.faster:.0%}"),
        _goal("geometric mean", f"{mean:.2f}", mean >= asked.mean, f"at least {asked.mean}"),
        _goal("worst", f"{min(ratios):.2f}", min(ratios) >= 0.9, "at least 0.9"),
        _goal("below 0.9", f"{slow}", slow == 0, "none"),
    ]


def _slow(ratios: Mapping[str, float]) -> list[str]:
    """The cases below 0.9 by name, the worst first."""
    slow = sorted((name for name in ratios if ratios[name] < 0.9), key=ratios.__getitem__)
    return [f"         {ratios[name]:8.2f}  {name}" for name in slow]


def _by_best_rounds(ratios: Sequence[float]) -> str:
    figures = f"{_faster(ratios):.0%}, {geometric_mean(ratios):.2f}, {min(ratios):.2f}"
    return f"       the first three by each peer's best round: {figures}"


def _faster(ratios: Sequence[float]) -> float:
    return sum(ratio > 1 for ratio in ratios) / len(ratios)


def _goal(name: str, reached: str, met: bool, asked: str) -> str:
    return f"  {'ok  ' if met else 'MISS'} {name:36}{reached:>8}   ({asked})"


def _each(
    name: str, ratios: Sequence[float], met: Callable[[float], bool], asked: str
) -> list[str]:
    return [_goal(name, f"{ratio:.2f}", met(ratio), asked) for ratio in ratios]


def _moving(over: dict[str, float], near: float) -> list[str]:
    """The memory-bound cases, those that miss their goal by name."""
    if not over:
        return []
    late = {name: ratio for name, ratio in over.items() if ratio > 1.5}
    reached = f"{len(over) - len(late)}/{len(over)}"
    met = len(late) <= (1 - near) * len(over)
    head = _goal("memory-bound within 1.5 of the copy", reached, met, f"at least {near:.0%}")
    worst_first = sorted(late, key=lambda name: -late[name])
    return [head, *(f"         {late[name]:8.2f}  {name}" for name in worst_first)]
