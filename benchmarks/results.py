"""What was measured: a row for each case and dtype, and its way to JSON and back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from math import exp, fsum, log
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from benchmarks.peers import LIMIT, OURS, RIVALS


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds per call, in the rounds of one peer."""

    calls: int
    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The figure that is reported."""
        return median(self.rounds)

    def summary(self) -> dict[str, Any]:
        """Return the rounds and what sums them up."""
        quartiles = quantiles(self.rounds) if len(self.rounds) > 1 else [self.median] * 3
        low, middle, high = quartiles
        best = {"min": min(self.rounds), "lower_quartile": low, "median": middle}
        return {**best, "upper_quartile": high, "calls": self.calls, "rounds": self.rounds}


@dataclass(frozen=True, slots=True)
class Row:
    """One case in one dtype; `notes` say why a peer has no time."""

    case: str
    pattern: str
    dtype: str
    limit: str
    times: dict[str, Timing] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    foreign: float | None = None
    """The share of the machine that others had while this was measured."""
    first: dict[str, float] = field(default_factory=dict)
    """Seconds until a peer had prepared the case and run it once, compilation included."""

    @property
    def family(self) -> str:
        """The family of the case."""
        return self.case.partition("/")[0]

    def seconds(self, peer: str) -> float | None:
        """The median of a peer, if it has one."""
        return self.times[peer].median if peer in self.times else None

    @property
    def rival(self) -> str | None:
        """The faster of torch and jax."""
        there = [peer for peer in RIVALS if peer in self.times]
        return min(there, key=lambda peer: self.times[peer].median, default=None)

    @property
    def speedup(self) -> float | None:
        """That of the target numpy."""
        return self.speedup_of(OURS)

    def speedup_of(self, ours: str) -> float | None:
        """The time of the faster of torch and jax over ours: above 1 we are ahead."""
        return None if self.rival is None else self.ratio(self.rival, ours)

    def over_limit(self, ours: str) -> float | None:
        """Our time over the limit's: 1 is as fast as can be."""
        return self.ratio(ours, LIMIT)

    def speedup_by_best(self, ours: str) -> float | None:
        """`speedup_of` by the best rounds, which others on the machine disturb least."""
        ratios = (self.best_ratio(peer, ours) for peer in RIVALS)
        return min((ratio for ratio in ratios if ratio is not None), default=None)

    def best(self, peer: str) -> float | None:
        """The best round of a peer, if it has one."""
        return min(self.times[peer].rounds) if peer in self.times else None

    def ratio(self, above: str, below: str) -> float | None:
        """The time of one peer over that of another, if both have one."""
        return _over(self.seconds(above), self.seconds(below))

    def best_ratio(self, above: str, below: str) -> float | None:
        """The same of the best rounds."""
        return _over(self.best(above), self.best(below))


def _over(above: float | None, below: float | None) -> float | None:
    return None if above is None or below is None else above / below


@dataclass(frozen=True, slots=True)
class Results:
    """A run: what the machine is, how it was measured, and the rows."""

    about: dict[str, Any]
    rows: tuple[Row, ...]


def geometric_mean(ratios: Sequence[float]) -> float:
    """Return the geometric mean; 1 of nothing."""
    return exp(fsum(map(log, ratios)) / len(ratios)) if ratios else 1.0


def write(results: Results, file: Path) -> None:
    """Write everything as JSON."""
    rows = [
        {**asdict(row), "times": {peer: time.summary() for peer, time in row.times.items()}}
        for row in results.rows
    ]
    file.write_text(json.dumps({"about": results.about, "rows": rows}, indent=1) + "\n")


def read(file: Path) -> Results:
    """Read what `write` wrote."""
    document = json.loads(file.read_text())
    return Results(document["about"], tuple(_row(entry) for entry in document["rows"]))


def _row(entry: dict[str, Any]) -> Row:
    times = {
        peer: Timing(time["calls"], tuple(time["rounds"])) for peer, time in entry["times"].items()
    }
    return Row(**{**entry, "times": times})
