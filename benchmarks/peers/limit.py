"""No peer but the limit: bare matrix products, or a copy of as many bytes as must move."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

import numpy as np

from benchmarks.case import Array, Limit, Problem
from benchmarks.limits import bytes_moved, matmul_shapes
from benchmarks.peers import Prepared, UnsupportedError

_POOL = ThreadPoolExecutor(2)
_TRIALS = 5
_MEGABYTE = 1 << 20


def describe() -> str:
    """Return the version and how fast this machine copies."""
    half = 128 * _MEGABYTE
    speeds = [2 * half / _seconds(copy) / 1e9 for copy in _copies(half)]
    return (
        f"NumPy {np.__version__}; a copy of 128 MB moves {speeds[0]:.1f} GB/s on one thread, "
        f"{speeds[1]:.1f} GB/s on two (read and written bytes both counted)"
    )


def prepare(problem: Problem) -> Prepared:
    """Make what is run instead of the case."""
    return Prepared(_LIMITS[problem.case.limit](problem), lambda result: [])


def _none(problem: Problem) -> Callable[[], object]:
    raise UnsupportedError("no limit is known")


def _matmul(problem: Problem) -> Callable[[], object]:
    """The forward and two gradients of one product, its operands laid out at their best."""
    shapes = matmul_shapes(problem.case.explicit)
    x, w, g = (np.ones(shape, problem.cotangent.dtype) for shape in shapes)
    xt, wt = x.swapaxes(-1, -2), w.swapaxes(-1, -2)
    return lambda: (np.matmul(x, w), np.matmul(g, wt), np.matmul(xt, g))


def _memory(problem: Problem) -> Callable[[], object]:
    """The faster copy, of one thread or of two, that reads half the bytes and writes half."""
    return min(_copies(bytes_moved(problem) // 2), key=_seconds)


def _copies(size: int) -> Sequence[Callable[[], object]]:
    source, target = np.ones(size, np.uint8), np.zeros(size, np.uint8)
    sources, targets = np.array_split(source, 2), np.array_split(target, 2)

    def halves() -> list[None]:
        return list(_POOL.map(_copy, targets, sources))

    return (lambda: _copy(target, source)), halves


def _copy(target: Array, source: Array) -> None:
    np.copyto(target, source)


def _seconds(run: Callable[[], object]) -> float:
    """The best time of a few runs; the first, which may be cold, is one of them."""
    times = []
    for _ in range(_TRIALS):
        start = perf_counter()
        run()
        times.append(perf_counter() - start)
    return min(times)


_LIMITS: dict[Limit, Callable[[Problem], Callable[[], object]]] = {
    Limit.NONE: _none,
    Limit.MATMUL: _matmul,
    Limit.MEMORY: _memory,
}
