"""Measures what it gains that large results are made in memory that earlier ones gave back.

Run it with:  python benchmarks/reuse.py

A step of a training loop is a forward and all gradients, the results of the step before dropped as
the new ones come. It is run as it is, and with a pool that keeps nothing, in turn.
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path
from time import perf_counter

import numpy as np

import einsum_grad as eg
from einsum_grad.kernels import buffer_pool
from einsum_grad.lower import machine

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.case import draw
from benchmarks.cases import BY_NAME

_CASES = (
    "elementwise/hadamard",
    "elementwise/outer",
    "elementwise/row-scaling",
    "batch/outer",
    "layer/sequence",
    "attention/scores-bhqd",
    "mttkrp/3-way",
)
_ROUNDS = 30


def main() -> None:
    """Measure, and print a table."""
    most = machine.POOL_LIMIT
    sys.stdout.write(f"{'case':34}{'kept':>10}{'not kept':>10}{'gain':>7}\n")
    for name in _CASES:
        times: dict[int, list[float]] = {most: [], 0: []}
        for _ in range(3):
            for limit in times:
                machine.POOL_LIMIT = limit
                buffer_pool.clear()
                times[limit] += steps(name)
        machine.POOL_LIMIT = most
        kept, fresh = (1e3 * statistics.median(times[limit]) for limit in (most, 0))
        sys.stdout.write(f"{name:34}{kept:7.2f} ms{fresh:7.2f} ms{fresh / kept:7.2f}\n")


def steps(name: str) -> list[float]:
    """The times of some steps, after a few that are not counted."""
    problem = draw(BY_NAME[name], "float32")
    function = eg.compile(problem.pattern)
    found, results = [], None
    for number in range(_ROUNDS + 3):
        start = perf_counter()
        output, pullback = function.vjp(*problem.operands)
        results = (output, *pullback(problem.cotangent))
        if number >= 3:
            found.append(perf_counter() - start)
    assert results is not None
    assert np.isfinite(results[0]).all()
    return found


if __name__ == "__main__":
    main()
