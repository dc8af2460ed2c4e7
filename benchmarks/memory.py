"""Measures the peak memory of the output and all gradients, case by case, by tracemalloc.

Run it with:  python benchmarks/memory.py

The peak, inputs included, is held against what nobody can do without: the inputs, the output, the
gradients, and what is saved for the backward. The table shows by how much it is exceeded.
"""

from __future__ import annotations

import argparse
import gc
import math
import re
import sys
import tracemalloc
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

import einsum_grad as eg

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.case import Array, Case, draw
from benchmarks.cases import CASES
from benchmarks.check import TOLERANCES

_GOAL = 0.1
_SMALL = 1 << 16
"""Below so many bytes the Python objects around the arrays count for more than the arrays."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes of one case."""

    case: str
    named: int
    """The inputs, the output, the gradients and what is saved."""
    saved: int
    peak: int

    @property
    def excess(self) -> float:
        """By which part of what is named the peak exceeds it."""
        return self.peak / self.named - 1


def main() -> None:
    """Measure, and print the table and what misses the goal."""
    parser = argparse.ArgumentParser(description="Measure the peak memory.")
    parser.add_argument("--cases", default="", metavar="REGEX", help="cases whose name has a match")
    parser.add_argument("--dtype", choices=tuple(TOLERANCES), default="float32")
    arguments = parser.parse_args()
    chosen = [case for case in CASES if re.search(arguments.cases, case.name)]
    say(f"{'case':34}{'named':>12}{'saved':>12}{'peak':>12}{'excess':>9}")
    found = []
    for case in tqdm(chosen, desc="measuring", unit="case", disable=None):
        found.append(measure(case, arguments.dtype))
        tqdm.write(line(found[-1]), file=sys.stdout)
    say("", *summary(found))


def measure(case: Case, dtype: str) -> Memory:
    """Return the bytes of one case; what the first call keeps for later ones is not counted."""
    problem = draw(case, dtype)
    function = eg.compile(case.pattern)
    function.vjp(*problem.operands)[1](problem.cotangent)
    # The memory of the first call's results would be used again, and not be seen.
    eg.cache_clear()
    gc.collect()
    tracemalloc.start()
    output, pullback = function.vjp(*problem.operands)
    alive, _ = tracemalloc.get_traced_memory()
    gradients = pullback(problem.cotangent)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    inputs = (*problem.operands, problem.cotangent)
    given = sum(map(distinct_bytes, inputs))
    outputs = [own_bytes(np.asarray(array), inputs) for array in (output, *gradients)]
    saved = alive - outputs[0]
    return Memory(case.name, given + sum(outputs) + saved, saved, given + peak)


def own_bytes(array: Array, inputs: Sequence[Array]) -> int:
    """The bytes of an array's distinct elements; none for a view of an input."""
    shared = any(np.may_share_memory(array, other) for other in inputs)
    return 0 if shared else distinct_bytes(array)


def distinct_bytes(array: Array) -> int:
    """The bytes of an array without the axes along which it repeats."""
    axes = zip(array.shape, array.strides, strict=True)
    return int(array.itemsize * math.prod(size for size, stride in axes if stride))


def line(memory: Memory) -> str:
    """Return the line of a case."""
    sizes = "".join(f"{size:12,}" for size in (memory.named, memory.saved, memory.peak))
    return f"{memory.case:34}{sizes}{memory.excess:9.1%}"


def summary(found: Sequence[Memory]) -> list[str]:
    """Return how many cases miss the goal, and which."""
    large = [memory for memory in found if memory.named >= _SMALL]
    over = sorted((m for m in large if m.excess > _GOAL), key=lambda m: -m.excess)
    small = [memory.peak - memory.named for memory in found if memory.named < _SMALL]
    return [
        f"{len(over)} of the {len(large)} cases of {_SMALL:,} bytes or more exceed by {_GOAL:.0%}:",
        *(f"  {memory.excess:9.1%}  {memory.case}" for memory in over),
        f"The {len(small)} smaller ones exceed by at most {max(small, default=0):,} bytes.",
    ]


def say(*lines: str) -> None:
    """Write lines to the standard output."""
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
