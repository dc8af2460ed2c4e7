"""Five contractions with all gradients, on Dask workers whose memory is smaller than the arrays.

Run it with:  python benchmarks/beyond_memory.py

Two worker processes of a thread each compute the sums of the output and of every gradient. A line
tells the bytes of operands, cotangent, output and gradients, the tasks, the seconds, the most
memory of a worker, as the operating system counts it, and how many workers were restarted.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import dask
import dask.array as da
import psutil
from distributed import Client, LocalCluster

import einsum_grad as eg


class Case(NamedTuple):
    """A pattern, the sizes of its labels, and those of their chunks."""

    pattern: str
    sizes: dict[str, int]
    chunks: dict[str, int]

    def stretched(self, times: int) -> Case:
        """The same with one label so many times longer."""
        label = "i" if "i" in self.sizes else "a"
        return self._replace(sizes=self.sizes | {label: self.sizes[label] * times})


CASES = (
    Case("ij,jk->ik", {"i": 600_000, "j": 1000, "k": 64}, {"i": 1000}),
    Case("bij,jk->ik", {"b": 300, "i": 2000, "j": 1000, "k": 64}, {"b": 10, "i": 100}),
    Case("aij,akl->ijkl", dict.fromkeys("ijkl", 160) | {"a": 32}, dict.fromkeys("ijkl", 32)),
    Case("ijk,ir,jr,kr->", dict.fromkeys("ijk", 880) | {"r": 16}, dict.fromkeys("ijk", 110)),
    Case("ab,bc,cd,de,ef->af", dict.fromkeys("abcdef", 6144), dict.fromkeys("abcdef", 768)),
    Case(
        "ab,bc,cd,de,ef->af",
        {"a": 100_000} | dict.fromkeys("bcdef", 2048),
        {"a": 500} | dict.fromkeys("bcdef", 1024),
    ),
)


def drawn(case: Case, term: str, random: Any) -> Any:
    """Small whole numbers with the axes of `term`."""
    shape = [case.sizes[label] for label in term]
    chunks = [case.chunks.get(label, case.sizes[label]) for label in term]
    return random.integers(-2, 3, shape, chunks=chunks, dtype="i1").astype("f4")


@contextmanager
def watched(client: Client) -> Iterator[list[int]]:
    """The most bytes that each worker has had, every 20 ms."""
    processes = [psutil.Process(pid) for pid in client.run(os.getpid).values()]
    peaks, over = [0] * len(processes), threading.Event()

    def watch() -> None:
        while not over.wait(0.02):
            for place, process in enumerate(processes):
                if process.is_running():
                    peaks[place] = max(peaks[place], process.memory_info().rss)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peaks
    finally:
        over.set()
        thread.join()


def measure(case: Case, client: Client) -> str:
    """Compute the sums of the output and the gradients of a case."""
    random, (terms, _, result) = da.random.default_rng(0), case.pattern.partition("->")
    operands = [drawn(case, term, random) for term in terms.split(",")]
    g = drawn(case, result, random)
    out, gradients = eg.compile(case.pattern).value_and_gradients(g, *operands)
    arrays = [out, g, *operands, *gradients]
    sums = [array.sum(dtype="f8") for array in (out, *gradients)]
    before, start = set(client.run(os.getpid).values()), time.perf_counter()
    with watched(client) as peaks:
        dask.compute(*sums)
    seconds = time.perf_counter() - start
    lost = len(before - set(client.run(os.getpid).values()))
    return (
        f"{case.pattern:20} {sum(array.nbytes for array in arrays) / 1e9:5.1f} GB "
        f"{_tasks(sums):6} tasks {seconds:6.1f} s  {max(peaks) / 1e6:5.0f} MB  {lost} restarts"
    )


def _tasks(lazy: list[Any]) -> int:
    keys: set[Any] = set()
    for array in dask.optimize(*lazy):
        keys |= set(dict(array.dask))
    return len(keys)


def main() -> None:
    """Measure the cases."""
    parser = argparse.ArgumentParser(description="Contract arrays larger than memory.")
    parser.add_argument("--limit", default="256MB", help="memory of each of the two workers")
    parser.add_argument("--budget", default="4MiB", help="bytes that a task should hold at most")
    parser.add_argument("--times", type=int, default=1, help="how much longer i, or a, is")
    parser.add_argument("--case", type=int, choices=range(len(CASES)), help="measure one alone")
    arguments = parser.parse_args()
    chosen = CASES if arguments.case is None else CASES[arguments.case : arguments.case + 1]
    with (
        dask.config.set({"array.chunk-size": arguments.budget}),
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            memory_limit=arguments.limit,
            dashboard_address=":0",
        ) as cluster,
        Client(cluster) as client,
    ):
        for case in chosen:
            sys.stdout.write(f"{measure(case.stretched(arguments.times), client)}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
