"""Times every case against every peer, prints the table, and writes JSON and a picture.

Run it with:  python benchmarks/run.py --json results.json --picture speed.png

It needs the extra `benchmarks`. `--cases REGEX` chooses cases by name, `--quick` is for trying
things out, `--read results.json` prints and draws an earlier run; benchmarks/README.md tells the
rest, and what is timed.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import report
from benchmarks.busy import busy
from benchmarks.case import Case
from benchmarks.cases import CASES
from benchmarks.check import TOLERANCES
from benchmarks.machine import about, busy_share
from benchmarks.measure import Settings, measure
from benchmarks.peers import LOOPS, OURS, PEERS
from benchmarks.random_cases import random_cases
from benchmarks.results import Results, Row, read, write
from benchmarks.workers import RefusedError, Worker

DTYPES = tuple(TOLERANCES)
QUICK = Settings(rounds=3, batch=0.01, budget=0.3, patience=5.0)


def main() -> int:
    """Measure or read, and report; 1 if a result of ours is wrong or missing."""
    arguments = parser().parse_args()
    if arguments.read:
        results = read(arguments.read)
        say(report.facts(results), "", report.LEGEND, report.heading())
        say(*map(report.line, results.rows))
    else:
        results = measured(arguments)
    say("", report.summary(results))
    if arguments.json:
        write(results, arguments.json)
    if arguments.picture:
        from benchmarks.picture import draw

        draw(results, arguments.picture)
    return 1 if any(row.notes.keys() & {OURS, LOOPS} for row in results.rows) else 0


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    made = argparse.ArgumentParser(description="Time einsum-grad and its peers.")
    made.add_argument("--cases", default="", metavar="REGEX", help="cases whose name has a match")
    made.add_argument("--random", type=int, metavar="COUNT", help="random patterns instead")
    made.add_argument("--seed", type=int, default=0, help="which random patterns")
    made.add_argument("--dtypes", type=listed(DTYPES), default=DTYPES, help=",".join(DTYPES))
    made.add_argument("--peers", type=listed(PEERS), default=PEERS, help=",".join(PEERS))
    made.add_argument("--repeats", type=int, default=7, help="rounds in which peers take turns")
    made.add_argument("--seconds", type=float, default=0.05, help="of one turn of one peer")
    made.add_argument("--patience", type=float, default=10.0, help="seconds to prepare a case in")
    made.add_argument(
        "--busy", type=int, default=0, metavar="N", help="cores that others keep busy"
    )
    made.add_argument("--quick", action="store_true", help="three short rounds, to try things out")
    made.add_argument("--read", type=Path, metavar="FILE", help="report an earlier run's JSON")
    made.add_argument("--json", type=Path, metavar="FILE", help="write everything measured")
    made.add_argument("--picture", type=Path, metavar="FILE", help="draw the ratios")
    return made


def listed(known: Sequence[str]) -> Callable[[str], tuple[str, ...]]:
    """Return a reader of some of `known`, divided by commas, for argparse."""

    def some(text: str) -> tuple[str, ...]:
        named = text.split(",")
        if unknown := set(named) - set(known):
            raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}")
        return tuple(name for name in known if name in named)

    return some


def measured(arguments: argparse.Namespace) -> Results:
    """Measure the cases that were asked for, and print the table as it grows."""
    settings = QUICK if arguments.quick else timed(arguments)
    cases = [case for case in chosen(arguments) if re.search(arguments.cases, case.name)]
    workers = started(arguments.peers)
    rows: list[Row] = []
    try:
        facts = {**about(workers), "settings": repr(settings), "busy_cores": arguments.busy}
        say(report.facts(Results(facts, ())), "", report.LEGEND, report.heading())
        with busy(arguments.busy) as beside:
            settings = replace(settings, beside=tuple(beside))
            for case in tqdm(cases, desc="measuring", unit="case", disable=None):
                for dtype in arguments.dtypes:
                    rows.append(measure(case, dtype, workers, settings))
                    tqdm.write(report.line(rows[-1]), file=sys.stdout)
        facts["busy_after"] = busy_share()
    finally:
        for worker in workers.values():
            worker.close()
    return Results(facts, tuple(rows))


def chosen(arguments: argparse.Namespace) -> Sequence[Case]:
    """Return the cases of the table, or as many random ones as were asked for."""
    if arguments.random is None:
        return CASES
    return tuple(random_cases(arguments.random, arguments.seed))


def timed(arguments: argparse.Namespace) -> Settings:
    """Return the settings of a real run."""
    budget = max(2.0, 2 * arguments.repeats * arguments.seconds)
    return Settings(arguments.repeats, arguments.seconds, budget, arguments.patience)


def started(peers: Sequence[str]) -> Mapping[str, Worker]:
    """Start the peers; those that are not installed are left out, and named."""
    workers: dict[str, Worker] = {}
    for peer in peers:
        try:
            workers[peer] = Worker(peer)
        except RefusedError as refusal:
            say(f"without {peer}: {refusal}")
    return workers


def say(*lines: str) -> None:
    """Write lines to the standard output."""
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
