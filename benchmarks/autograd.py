"""Measures value and gradient of ten small models, ours beside HIPS autograd, torch and jax.jit.

Each peer runs in a process of its own, and they take turns. Run it with:

    python benchmarks/autograd.py [MODEL ...] [--peers einsum-grad autograd]
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from statistics import geometric_mean, median

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.remove(str(Path(__file__).resolve().parent))  # where this file would be `autograd`

from benchmarks.models import MODELS, PEERS
from benchmarks.workers import RefusedError, Worker

OURS, THEIRS = "einsum-grad", "autograd"
ROUNDS, SECONDS, PATIENCE = 9, 0.05, 60.0


def main() -> None:
    """Measure what is asked for, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("models", nargs="*", help="parts of models' names; by default all")
    parser.add_argument("--peers", nargs="+", default=list(PEERS), choices=list(PEERS))
    asked = parser.parse_args()
    names = [
        name for name in MODELS if not asked.models or any(part in name for part in asked.models)
    ]
    workers = {peer: Worker(peer, "benchmarks.models") for peer in asked.peers}
    try:
        say(f"{'microseconds':22}" + "".join(f"{peer:>13}" for peer in workers) + "   theirs/ours")
        ratios = [row(name, workers) for name in names]
    finally:
        for worker in workers.values():
            worker.close()
    known = [ratio for ratio in ratios if not math.isnan(ratio)]
    if known:
        say(f"over {THEIRS}: geometric mean {geometric_mean(known):.2f}, least {min(known):.2f}")


def row(name: str, workers: Mapping[str, Worker]) -> float:
    """Measure one model; return how many times longer autograd takes, or nan."""
    calls: dict[str, int] = {}
    for peer, worker in workers.items():
        try:
            calls[peer] = worker.prepare(name, "float64", SECONDS, PATIENCE)
        except RefusedError as refusal:
            say(f"{name:22} {peer}: {refusal}")
    check(name, calls, workers)
    times: dict[str, list[float]] = {peer: [] for peer in calls}
    for number in range(ROUNDS):
        turn = number % max(1, len(calls))
        for peer in [*calls][turn:] + [*calls][:turn]:
            times[peer].append(workers[peer].time(calls[peer], PATIENCE))
    middle = {peer: median(taken) * 1e6 for peer, taken in times.items()}
    ratio = middle.get(THEIRS, math.nan) / middle.get(OURS, math.nan)
    figures = "".join(f"{middle.get(peer, math.nan):13,.0f}" for peer in workers)
    say(f"{name:22}{figures}{ratio:14.2f}")
    return ratio


def check(name: str, peers: Iterable[str], workers: Mapping[str, Worker]) -> None:
    """Raise `AssertionError` unless all peers found the same value and gradients."""
    found = [workers[peer].results(PATIENCE) for peer in peers]
    for other in found[1:]:
        for one, another in zip(found[0], other, strict=True):
            np.testing.assert_allclose(one, another, rtol=1e-7, atol=1e-9, err_msg=name)


def say(text: str) -> None:
    """Write a line to the standard output."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
