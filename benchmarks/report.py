"""The table of a run, and its summary."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from statistics import median

from benchmarks.goals import goals
from benchmarks.peers import LIMIT, LOOPS, OURS, PEERS
from benchmarks.results import Results, Row, geometric_mean

_CASE, _DTYPE, _COLUMN = 34, 8, 10
_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))
_NONE = "·"
_DISTURBED = 0.1
_COMPILERS = (LOOPS, "jax")
_COMPILED = 20
"""Patterns whose first call is shown."""

LEGEND = """\
Times for the output and all gradients: medians; ours is the target numpy. vs best: the better of
torch and jax over ours, above 1 ours is faster. vs limit: ours over the limit. n/best, n/limit: the
same of the target numba. ·: no time, for reasons told below.
~: other processes had more than a tenth of the machine meanwhile; don't trust the line."""


def heading() -> str:
    """Return the names of the columns."""
    names = [*PEERS, "vs best", "vs limit", "n/best", "n/limit"]
    return f"{'case':{_CASE}}{'dtype':{_DTYPE}}" + "".join(f"{name:>{_COLUMN}}" for name in names)


def facts(results: Results) -> str:
    """Return what the run was measured on."""
    about = {key: value for key, value in results.about.items() if key != "peers"}
    return "\n".join(f"{key}: {value}" for key, value in (about | results.about["peers"]).items())


def line(row: Row) -> str:
    """Return the line of a case."""
    times = [row.seconds(peer) for peer in PEERS]
    ratios = (
        ratio for ours in (OURS, LOOPS) for ratio in (row.speedup_of(ours), row.over_limit(ours))
    )
    cells = [*map(duration, times), *map(factor, ratios)]
    start = f"{row.case:{_CASE}}{row.dtype:{_DTYPE}}"
    disturbed = " ~" if (row.foreign or 0) > _DISTURBED else ""
    return start + "".join(f"{cell:>{_COLUMN}}" for cell in cells) + disturbed


def duration(seconds: float | None) -> str:
    """Return three digits and a unit."""
    if seconds is None:
        return _NONE
    size, unit = next((unit for unit in _UNITS if seconds >= unit[0]), _UNITS[-1])
    return f"{seconds / size:#.3g} {unit}"


def factor(ratio: float | None) -> str:
    """Return a ratio with two decimals."""
    return _NONE if ratio is None else f"{ratio:.2f}"


def summary(results: Results) -> str:
    """Return what follows the table."""
    rows = results.rows
    told = [part for ours in (OURS, LOOPS) for part in (_families(rows, ours), goals(rows, ours))]
    parts = [*told, _compiled(rows), _refusals(rows), _errors(rows)]
    return "\n\n".join("\n".join(part) for part in parts if part)


def _families(rows: Sequence[Row], ours: str) -> list[str]:
    lines = list[str]()
    for family, members in groupby(sorted(rows, key=lambda row: row.family), lambda r: r.family):
        ratios = {
            f"{row.case} {row.dtype}": ratio
            for row in members
            if (ratio := row.speedup_of(ours)) is not None
        }
        if ratios:
            worst = min(ratios, key=lambda name: ratios[name])
            mean = geometric_mean(list(ratios.values()))
            lines.append(f"  {family:20}{mean:8.2f}   worst {ratios[worst]:6.2f}  {worst}")
    head = (
        f"{ours}: geometric means of the ratio to the better of torch and jax, and the worst case:"
    )
    return [head, *lines] if lines else []


def _compiled(rows: Sequence[Row]) -> list[str]:
    """How long the first call of a pattern takes, beside jax.jit's."""
    both = {r.case: r.first for r in rows if {LOOPS, "jax"} <= r.first.keys() & r.times.keys()}
    if not both:
        return []
    lines = [
        f"  {case:{_CASE}}" + "".join(f"{duration(first[peer]):>{_COLUMN}}" for peer in _COMPILERS)
        for case, first in list(both.items())[:_COMPILED]
    ]
    names = "".join(f"{peer:>{_COLUMN}}" for peer in _COMPILERS)
    medians = "".join(
        f"{duration(median(first[peer] for first in both.values())):>{_COLUMN}}"
        for peer in _COMPILERS
    )
    title = f"  {'the first call, compilation included':{_CASE}}"
    return [f"{title}{names}", *lines, f"  {f'median of all {len(both)}':{_CASE}}{medians}"]


def _refusals(rows: Iterable[Row]) -> list[str]:
    """The reasons for which a peer has no time, and the cases."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        for peer, note in row.notes.items():
            if not (peer == LIMIT and row.limit == "none") and not note.startswith("WRONG"):
                reasons.setdefault((peer, note[:100]), []).append(f"{row.case} {row.dtype}")
    lines = [f"  {peer}: {note}\n      {', '.join(c)}" for (peer, note), c in reasons.items()]
    return ["No time, because:", *lines] if lines else []


def _errors(rows: Iterable[Row]) -> list[str]:
    wrong = [
        f"  !!! {row.case} {row.dtype}: {peer}: {note}"
        for row in rows
        for peer, note in row.notes.items()
        if note.startswith("WRONG") or peer in (OURS, LOOPS)
    ]
    return ["!!! RESULTS THAT ARE WRONG OR MISSING:", *wrong] if wrong else []
