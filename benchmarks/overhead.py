"""Measures what doesn't depend on the size of arrays: calls, new shapes, new patterns, imports.

Run it with:  python benchmarks/overhead.py
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from itertools import islice, permutations
from pathlib import Path
from statistics import median
from time import perf_counter
from timeit import repeat
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import einsum_grad as eg
from benchmarks.case import Array, Shape
from benchmarks.networks import named_chain, named_mps_on_data, named_mps_overlap

_RUNS = 40
_CALLS = 2000
_IMPORT = """
import time
start = time.perf_counter()
import numpy
numpy_there = time.perf_counter()
import einsum_grad
there = time.perf_counter()
einsum_grad.compile("ij,jk->ik")(numpy.ones((2, 3)), numpy.ones((3, 4)))
print(numpy_there - start, there - numpy_there, time.perf_counter() - there)
"""

Gradients = tuple[Any, ...]


def main() -> None:
    """Measure everything, a line each."""
    calls()
    new_shapes()
    new_patterns()
    imports()
    large("chain of matrices", named_chain, 1000)
    large("mps on data, sites", named_mps_on_data, 200)
    large("overlap of two mps, sites", named_mps_overlap, 200)


def calls() -> None:
    """A tiny product: forward and both gradients, beside bare products."""
    x, w, g = ones((2, 3), (3, 4), (2, 4))
    function = eg.compile("ij,jk->ik")
    tell("2×3 · 3×4: the forward", per_call(lambda: function(x, w)))
    tell("forward and gradients", per_call(lambda: both(function, (x, w), g)))
    tell("three np.dot", per_call(lambda: (np.dot(x, w), np.dot(g, w.T), np.dot(x.T, g))))
    tell("three np.matmul", per_call(lambda: (x @ w, g @ w.T, x.T @ g)))


def new_shapes() -> None:
    """What a shape costs that a known pattern has not had before, over one that it had."""
    function = eg.compile("ij,jk->ik")
    arrays = [ones((2, n), (n, 4), (2, 4)) for n in range(100, 100 + _RUNS)]
    new, known = (median(timed(both, function, (x, w), g) for x, w, g in arrays) for _ in range(2))
    tell("a new shape, over a known one", new - known, "at most 100 µs")
    # Large ones for which the code is the same; their arithmetic would hide what is measured.
    large = eg.compile("ij,ij->ij")
    pairs = [tuple(np.empty((n, 300)) for _ in range(2)) for n in range(600, 600 + _RUNS)]
    of = large._specializations.of
    of(pairs.pop(), True)
    new, known = (median(timed(of, pair, True) for pair in pairs) for _ in range(2))
    tell("a new shape of large arrays", new - known, "at most 100 µs")


def new_patterns() -> None:
    """What a pattern costs that was never seen, when others have been: compile and first call."""
    sizes = dict(zip("abcde", (2, 3, 4, 5, 6), strict=True))
    x, w = ones((2, 3, 4, 5), (5, 2, 6))
    times = []
    for order in islice(permutations("abcde"), _RUNS):
        (g,) = ones(tuple(sizes[label] for label in order))
        times.append(timed(compile_and_run, f"abcd,dae->{''.join(order)}", (x, w), g))
    tell("a new pattern of two operands, warm", median(times), "at most 2 ms")


def imports() -> None:
    """The import of the package over that of NumPy, each in a new process."""
    runs = [subprocess.check_output([sys.executable, "-c", _IMPORT], text=True) for _ in range(11)]
    figures = zip(*[map(float, run.split()) for run in runs], strict=True)
    of_numpy, ours, first = map(median, figures)
    tell("import numpy", of_numpy)
    tell("import einsum_grad after it", ours, "at most 10 ms")
    tell("the first compile and call of a process", first)


def large(name: str, pattern_of: Callable[[int], tuple[str, list[Shape]]], size: int) -> None:
    """How long a pattern of very many operands takes, and whether its code grows linearly."""
    pattern, shapes = pattern_of(size)
    operands = ones(*shapes)
    start = perf_counter()
    function = eg.compile(pattern, notation="named")
    output, pullback = function.vjp(*operands)
    pullback(np.ones_like(output))
    tell(f"{name}: {size}, compile and run", perf_counter() - start, "under 3 s")
    tell("then a call", timed(both, function, operands, np.ones_like(output)))
    half = eg.compile(pattern_of(size // 2)[0], notation="named").source.count("\n")
    say(f"    lines of code: {function.source.count(chr(10))}, of half as many: {half}")


def compile_and_run(pattern: str, operands: Sequence[Array], cotangent: Array) -> Gradients:
    """Compile a pattern and run it once."""
    return both(eg.compile(pattern), operands, cotangent)


def both(function: eg.Function, operands: Sequence[Array], cotangent: Array) -> Gradients:
    """Run the forward and the pullback."""
    return function.vjp(*operands)[1](cotangent)


def ones(*shapes: Shape) -> list[Array]:
    """Return an array of ones for each shape."""
    return [np.ones(shape) for shape in shapes]


def timed(run: Callable[..., object], *arguments: Any) -> float:
    """Return the seconds of one call."""
    start = perf_counter()
    run(*arguments)
    return perf_counter() - start


def per_call(run: Callable[[], object]) -> float:
    """Return the median seconds of a call, in batches."""
    return median(repeat(run, repeat=15, number=_CALLS)) / _CALLS


def tell(name: str, seconds: float, goal: str = "") -> None:
    """Print a line."""
    say(f"{name:45}{seconds * 1e6:14,.1f} µs   {goal}".rstrip())


def say(text: str) -> None:
    """Write a line to the standard output."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
