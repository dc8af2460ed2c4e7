"""Times emitted modules against the einsum and the autodiff of the framework they are written in.

Run it with:  python benchmarks/frameworks.py --json frameworks.json

For each framework of the table that is installed: one thread, the output and all gradients of every
case, and of its pattern with small axes. `--frameworks`, `--cases`, `--quick` and the rest are as
those of run.py.

Two things that are no work of either side are kept out of the times. glibc gives large blocks back
to the system and takes new ones, whose pages the system fills with zeros: whether it does depends
on what the process had before, and costs more than the arithmetic; here no process gives any back.
And the same code, writing 16 MB, takes once or twice the time by which pages it was given: each
round has its results elsewhere, and the best round of each peer counts.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.cases import CASES, SMALL
from benchmarks.machine import about, busy_share
from benchmarks.measure import measure
from benchmarks.report import duration, factor, facts
from benchmarks.results import Results, Row, geometric_mean, write
from benchmarks.run import DTYPES, QUICK, listed, say, started, timed
from benchmarks.workers import Worker

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}

KEPT_MEMORY = {
    "GLIBC_TUNABLES": "glibc.malloc.mmap_max=0:glibc.malloc.arena_max=1"
    f":glibc.malloc.trim_threshold={1 << 40}"
}
"""One heap for all threads, which only grows."""


@dataclass(frozen=True, slots=True)
class Goal:
    """How many times faster than the framework: in the geometric mean, and in every case."""

    mean: float
    least: float


@dataclass(frozen=True, slots=True)
class Framework:
    """The peer that is the framework's own einsum and autodiff, and those that are ours."""

    own: str
    ours: Mapping[str, Goal]


FRAMEWORKS: Mapping[str, Framework] = {
    "torch": Framework(
        own="torch",
        ours={"torch_apply": Goal(2.0, 0.9), "torch_explicit": Goal(4.0, 1.0)},
    ),
    "jax": Framework(
        own="jax",
        ours={"jax_apply": Goal(1.2, 0.85), "jax_explicit": Goal(1.2, 0.85)},
    ),
}

_QUICK = replace(QUICK, rounds=5)
"""More rounds than those of run.py, as the best one counts."""

_CASE, _COLUMN = 40, 16


def main() -> int:
    """Measure and report; 1 if a result of ours is wrong or missing, or a goal is missed."""
    arguments = parser().parse_args()
    os.environ.update(ONE_THREAD | KEPT_MEMORY)
    failed = False
    for name in arguments.frameworks:
        framework = FRAMEWORKS[name]
        workers = started([framework.own, *framework.ours])
        if len(workers) <= len(framework.ours):
            continue
        results = measured(framework, workers, arguments)
        lines, missed = summary(framework, results.rows)
        say("", *lines, "")
        failed |= missed
        if arguments.json:
            write(results, arguments.json.with_stem(f"{arguments.json.stem}-{name}"))
    return 1 if failed else 0


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    made = argparse.ArgumentParser(description="Time emitted modules within their frameworks.")
    known = tuple(FRAMEWORKS)
    made.add_argument("--frameworks", type=listed(known), default=known, help=",".join(known))
    made.add_argument("--cases", default="", metavar="REGEX", help="cases whose name has a match")
    made.add_argument("--dtypes", type=listed(DTYPES), default=("float32",), help=",".join(DTYPES))
    made.add_argument("--repeats", type=int, default=7, help="rounds in which peers take turns")
    made.add_argument("--seconds", type=float, default=0.05, help="of one turn of one peer")
    made.add_argument("--patience", type=float, default=30.0, help="seconds to prepare a case in")
    made.add_argument("--quick", action="store_true", help="five short rounds, to try things out")
    made.add_argument("--json", type=Path, metavar="FILE", help="write FILE-<framework>.json")
    return made


def measured(
    framework: Framework, workers: Mapping[str, Worker], arguments: argparse.Namespace
) -> Results:
    """Measure the cases that were asked for, and print the table as it grows."""
    settings = _QUICK if arguments.quick else timed(arguments)
    cases = [case for case in (*CASES, *SMALL) if re.search(arguments.cases, case.name)]
    rows: list[Row] = []
    try:
        told = {**about(workers), "settings": repr(settings)}
        say(facts(Results(told, ())), "", heading(framework))
        for case in tqdm(cases, desc="measuring", unit="case", disable=None):
            for dtype in arguments.dtypes:
                rows.append(measure(case, dtype, workers, settings))
                tqdm.write(line(framework, rows[-1]), file=sys.stdout)
        told["busy_after"] = busy_share()
    finally:
        for worker in workers.values():
            worker.close()
    return Results(told, tuple(rows))


def heading(framework: Framework) -> str:
    """Return the names of the columns: times, and how many times faster than the framework."""
    names = [framework.own, *(part for ours in framework.ours for part in (ours, "times faster"))]
    return f"{'case':{_CASE}}" + "".join(f"{name:>{_COLUMN}}" for name in names)


def line(framework: Framework, row: Row) -> str:
    """Return the line of a case."""
    cells = [duration(row.best(framework.own))]
    for ours in framework.ours:
        cells += [duration(row.best(ours)), factor(row.best_ratio(framework.own, ours))]
    start = f"{row.case} {row.dtype}"
    return f"{start:{_CASE}}" + "".join(f"{cell:>{_COLUMN}}" for cell in cells)


def summary(framework: Framework, rows: Sequence[Row]) -> tuple[list[str], bool]:
    """Return what is told of each peer of ours, and whether one is wrong or misses its goal."""
    told, failed = list[str](), False
    for ours, goal in framework.ours.items():
        ratios = {f"{row.case} {row.dtype}": row.best_ratio(framework.own, ours) for row in rows}
        there = {name: ratio for name, ratio in ratios.items() if ratio is not None}
        mean = geometric_mean(list(there.values()))
        slow = sorted((name for name in there if there[name] < goal.least), key=there.__getitem__)
        wrong = [*_refused(rows, ours)]
        failed |= mean < goal.mean or bool(slow or wrong)
        parts = (f"{geometric_mean(found):.2f} {name}" for name, found in _groups(there))
        told.append(f"{ours}: {mean:.2f} times faster in the geometric mean; goal {goal.mean}")
        told.append(f"  {', '.join(parts)}")
        told += [f"  {there[name]:.2f}, below {goal.least}: {name}" for name in slow]
        told += wrong
    return told, failed


def _groups(ratios: Mapping[str, float]) -> Iterator[tuple[str, list[float]]]:
    """The ratios of the benchmark's own sizes, and of small ones."""
    for name, small in (("at the sizes of run.py", False), ("with small axes", True)):
        yield name, [ratio for case, ratio in ratios.items() if ("/small " in case) == small]


def _refused(rows: Sequence[Row], ours: str) -> Iterator[str]:
    for row in rows:
        if ours in row.notes:
            yield f"  !!! {row.case} {row.dtype}: {row.notes[ours]}"


if __name__ == "__main__":
    sys.exit(main())
