"""Measures expressions and their derivatives, ours beside jax.jit, each in a process of its own.

All in float64; the peers take turns. Run it with:

    python benchmarks/calculus.py [PART OF A PROBLEM'S NAME ...]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from statistics import median

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.calculus_worker import TASKS
from benchmarks.workers import RefusedError, Worker

ROUNDS, SECONDS, PATIENCE = 7, 0.05, 60.0


def main() -> None:
    """Measure what is asked for, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("problems", nargs="*", help="parts of names; by default all")
    asked = parser.parse_args().problems
    names = [name for name in TASKS if not asked or any(part in name for part in asked)]
    workers = {peer: Worker(peer, "benchmarks.calculus_worker") for peer in ("ours", "jax")}
    try:
        say("| float64, microseconds | ours | jax.jit | jax.jit / ours |\n|---|---|---|---|")
        for name in names:
            say(row(name, workers))
    finally:
        for worker in workers.values():
            worker.close()


def row(name: str, workers: Mapping[str, Worker]) -> str:
    """Measure one problem; both peers must find the same numbers."""
    try:
        calls = {
            peer: worker.prepare(name, "float64", SECONDS, PATIENCE)
            for peer, worker in workers.items()
        }
        one, other = (worker.results(PATIENCE) for worker in workers.values())
    except RefusedError as refusal:
        return f"| {name} | {refusal} | | |"
    for found, expected in zip(one, other, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-8, err_msg=name)
    times: dict[str, list[float]] = {peer: [] for peer in workers}
    for number in range(ROUNDS):
        for peer in list(workers)[:: 1 if number % 2 else -1]:
            times[peer].append(workers[peer].time(calls[peer], PATIENCE))
    ours, theirs = (median(taken) * 1e6 for taken in times.values())
    return f"| {name} | {ours:,.0f} | {theirs:,.0f} | {theirs / ours:,.2f} |"


def say(text: str) -> None:
    """Write a line to the standard output."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
