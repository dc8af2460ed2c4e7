"""What the measurements are held against."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from benchmarks.case import Limit
from benchmarks.peers import OURS
from benchmarks.results import Row, geometric_mean

TINY, LARGE = "product/2x3x4", "product/1024"


def goals(rows: Sequence[Row]) -> list[str]:
    """Return a line for each goal: what was reached, and what is asked for."""
    ratios = [row.speedup for row in rows if row.speedup is not None]
    if not ratios:
        return []
    tiny = [r for row in rows if row.case == TINY and (r := row.ratio(OURS, "jax")) is not None]
    large = [r for row in rows if row.case == LARGE and (r := row.over_limit) is not None]
    moving = {
        f"{row.case} {row.dtype}": over
        for row in rows
        if row.limit == Limit.MEMORY.value and (over := row.over_limit) is not None
    }
    faster = _faster(ratios)
    slow = sum(ratio < 0.9 for ratio in ratios)
    return [
        f"Against the better of torch and jax, {len(ratios)} measurements:",
        _goal("faster", f"{faster:.0%}", faster >= 0.9, "at least 90%"),
        _goal("geometric mean", f"{(m := geometric_mean(ratios)):.2f}", m >= 1.5, "at least 1.5"),
        _goal("worst", f"{min(ratios):.2f}", min(ratios) >= 0.9, "at least 0.9"),
        _goal("below 0.9", f"{slow}", slow == 0, "none"),
        _by_best_rounds([ratio for row in rows if (ratio := row.speedup_by_best) is not None]),
        *_each("tiny product over jax", tiny, lambda r: r <= 0.5, "at most 0.5"),
        *_each("1024³ over bare matmuls", large, lambda r: r <= 1.05, "at most 1.05"),
        *_moving(moving),
    ]


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


def _moving(over: dict[str, float]) -> list[str]:
    """The memory-bound cases, those that miss their goal by name."""
    if not over:
        return []
    late = {name: ratio for name, ratio in over.items() if ratio > 1.5}
    reached = f"{len(over) - len(late)}/{len(over)}"
    head = _goal("memory-bound within 1.5 of the copy", reached, not late, "all")
    worst_first = sorted(late, key=lambda name: -late[name])
    return [head, *(f"         {late[name]:8.2f}  {name}" for name in worst_first)]
