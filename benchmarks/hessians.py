"""Times Hessians against `jax.jit(jax.hessian(...))`, each side in a process of its own.

Run it with:  python benchmarks/hessians.py

It needs the extra `benchmarks`. Both sides compute the same, and are compared before they are
timed; then they take turns, and the medians are shown.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from statistics import median

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.contention import foreign_share, usage
from benchmarks.hessian_worker import PROBLEMS
from benchmarks.measure import rotated
from benchmarks.report import duration
from benchmarks.workers import RefusedError, Worker

_WORKER = "benchmarks.hessian_worker"
_PATIENCE = 120.0
_DISTURBED = 0.1
_TOLERANCES = {"float32": 1e-3, "float64": 1e-9}


def main() -> int:
    """Print a line for each problem and dtype; 1 if results differ or a goal is missed."""
    parser = argparse.ArgumentParser(description="Time Hessians.")
    parser.add_argument("--rounds", type=int, default=9, help="turns of each side")
    arguments = parser.parse_args()
    workers = {peer: Worker(peer, _WORKER) for peer in ("ours", "jax")}
    try:
        for worker in workers.values():
            say(worker.description)
        say(f"{'problem':44}{'dtype':9}{'ours':>10}{'jax':>10}{'times faster':>14}{'goal':>8}")
        lines = [
            compared(name, dtype, goal, workers, arguments.rounds)
            for name, (_, goal) in PROBLEMS.items()
            for dtype in _TOLERANCES
        ]
    finally:
        for worker in workers.values():
            worker.close()
    return 0 if all(lines) else 1


def compared(
    name: str, dtype: str, goal: float, workers: Mapping[str, Worker], rounds: int
) -> bool:
    """Time one problem on both sides, print its line, and return whether its goal is reached."""
    try:
        calls = {
            peer: worker.prepare(name, dtype, 0.1, _PATIENCE) for peer, worker in workers.items()
        }
        ours, theirs = (worker.results(_PATIENCE)[0] for worker in workers.values())
    except RefusedError as refusal:
        say(f"{name:44}{dtype:9}  {refusal}")
        return False
    error = float(np.max(np.abs(ours - theirs)) / np.max(np.abs(theirs)))
    if not error <= _TOLERANCES[dtype]:
        say(f"{name:44}{dtype:9}  the results differ by {error:.1g}")
        return False
    before = usage(worker.process for worker in workers.values())
    times: dict[str, list[float]] = {peer: [] for peer in workers}
    for number in range(rounds):
        for peer in rotated(list(workers), number):
            times[peer].append(workers[peer].time(calls[peer], _PATIENCE))
    foreign = foreign_share(before, usage(worker.process for worker in workers.values()))
    shown = {peer: median(seconds) for peer, seconds in times.items()}
    ratio = shown["jax"] / shown["ours"]
    cells = [*map(duration, shown.values()), f"{ratio:.1f}"]
    disturbed = "  ~" if (foreign or 0) > _DISTURBED else ""
    told = f"{goal:g}" if goal else ""
    say(f"{name:44}{dtype:9}{cells[0]:>10}{cells[1]:>10}{cells[2]:>14}{told:>8}{disturbed}")
    return ratio >= goal


def say(text: str) -> None:
    """Write a line to the standard output."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
