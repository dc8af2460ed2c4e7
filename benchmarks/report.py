"""The table of a run, and its summary."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from benchmarks.goals import goals
from benchmarks.peers import LIMIT, OURS, PEERS
from benchmarks.results import Results, Row, geometric_mean

_CASE, _DTYPE, _COLUMN = 34, 8, 10
_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))
_NONE = "·"
_DISTURBED = 0.1

LEGEND = """\
Times for the output and all gradients: medians. vs best: the better of torch and jax over ours,
above 1 ours is faster. vs limit: ours over the limit. ·: no time, for reasons told below.
~: other processes had more than a tenth of the machine meanwhile; don't trust the line."""


def heading() -> str:
    """Return the names of the columns."""
    names = [*PEERS, "vs best", "vs limit"]
    return f"{'case':{_CASE}}{'dtype':{_DTYPE}}" + "".join(f"{name:>{_COLUMN}}" for name in names)


def facts(results: Results) -> str:
    """Return what the run was measured on."""
    about = {key: value for key, value in results.about.items() if key != "peers"}
    return "\n".join(f"{key}: {value}" for key, value in (about | results.about["peers"]).items())


def line(row: Row) -> str:
    """Return the line of a case."""
    times = [row.seconds(peer) for peer in PEERS]
    cells = [*map(duration, times), factor(row.speedup), factor(row.over_limit)]
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
    parts = [_families(rows), goals(rows), _refusals(rows), _errors(rows)]
    return "\n\n".join("\n".join(part) for part in parts if part)


def _families(rows: Sequence[Row]) -> list[str]:
    lines = ["Geometric means of vs best by family, and the worst case:"]
    for family, members in groupby(sorted(rows, key=lambda row: row.family), lambda r: r.family):
        ratios = {f"{r.case} {r.dtype}": r.speedup for r in members if r.speedup is not None}
        if ratios:
            worst = min(ratios, key=lambda name: ratios[name])
            mean = geometric_mean(list(ratios.values()))
            lines.append(f"  {family:20}{mean:8.2f}   worst {ratios[worst]:6.2f}  {worst}")
    return lines


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
        if note.startswith("WRONG") or peer == OURS
    ]
    return ["!!! RESULTS THAT ARE WRONG OR MISSING:", *wrong] if wrong else []
