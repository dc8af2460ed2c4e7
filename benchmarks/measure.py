"""One case in one dtype: prepared by every peer, checked, and timed in rounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.case import Array, Case
from benchmarks.check import disagreements
from benchmarks.contention import foreign_share, usage
from benchmarks.peers import LIMIT
from benchmarks.results import Row, Timing
from benchmarks.workers import RefusedError, Worker


@dataclass(frozen=True, slots=True)
class Settings:
    """How long to measure; all times in seconds."""

    rounds: int
    batch: float
    """About how long a peer runs in one round."""
    budget: float
    """A peer that has run for so long in a case has no further round."""
    patience: float
    """A peer that has not prepared a case by then has no time."""
    beside: tuple[int, ...] = field(default=(), repr=False)
    """Processes that keep cores busy for all peers alike: what they use is nobody's disturbance."""


def measure(case: Case, dtype: str, workers: Mapping[str, Worker], settings: Settings) -> Row:
    """Return the times of all peers that can run the case and agree."""
    notes: dict[str, str] = {}
    calls: dict[str, int] = {}
    first: dict[str, float] = {}
    for peer, worker in workers.items():
        try:
            calls[peer] = worker.prepare(case.name, dtype, settings.batch, settings.patience)
            first[peer] = worker.first(settings.patience)
        except RefusedError as refusal:
            notes[peer] = str(refusal)
    for peer, wrong in _wrong(case, calls, dtype, workers, settings).items():
        notes[peer] = f"WRONG: {wrong}"
        del calls[peer]
    known = (*(worker.process for worker in workers.values()), *settings.beside)
    before = usage(known)
    times = _rounds(calls, workers, settings, notes)
    foreign = foreign_share(before, usage(known))
    return Row(case.name, case.pattern, dtype, case.limit.value, times, notes, foreign, first)


def _wrong(
    case: Case,
    peers: Mapping[str, int],
    dtype: str,
    workers: Mapping[str, Worker],
    settings: Settings,
) -> dict[str, str]:
    results: dict[str, Sequence[Array]] = {}
    wrong: dict[str, str] = {}
    for peer in peers.keys() - {LIMIT}:
        try:
            results[peer] = workers[peer].results(settings.patience)
        except RefusedError as refusal:
            wrong[peer] = str(refusal)
    return wrong | disagreements(case, results, dtype)


def _rounds(
    calls: Mapping[str, int],
    workers: Mapping[str, Worker],
    settings: Settings,
    notes: dict[str, str],
) -> dict[str, Timing]:
    """Let the peers take turns, a different one first in each round."""
    times: dict[str, list[float]] = {peer: [] for peer in calls}
    for number in range(settings.rounds):
        for peer in rotated(list(times), number):
            if sum(times[peer]) * calls[peer] >= settings.budget:
                continue
            try:
                times[peer].append(workers[peer].time(calls[peer], settings.patience))
            except RefusedError as refusal:
                notes[peer] = str(refusal)
                del times[peer]
    return {peer: Timing(calls[peer], tuple(seconds)) for peer, seconds in times.items()}


def rotated(peers: list[str], number: int) -> list[str]:
    """Return the peers in the order of round `number`: each is the first in its turn."""
    first = number % max(1, len(peers))
    return peers[first:] + peers[:first]
