"""Certifies mutants of emitted modules, and right modules, and counts what is missed.

Run it with:  python benchmarks/mutants.py

A mutant has one seeded mistake (tests/mutants.py) and is certified from its text, as a file is.
Whether the mistake changes the result is asked of the mutant itself, in floating point at three
choices of sizes. It exits with 1 if a mutant that changes the result is called right, if anything
right is refused, or if a certificate took longer than the limit.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter

from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from einsum_grad import Certificate, certify_module
from tests.changed import is_changed
from tests.mutants import KINDS, mutant, subject

LIMIT = 0.050
"""Seconds for a certificate of a NumPy module; other libraries compile for longer than that."""


@dataclass(slots=True)
class Timed:
    """Certificates, and the seconds that each of a NumPy module took."""

    seconds: list[float] = field(default_factory=list)

    def certify(self, text: str) -> Certificate:
        """The certificate of a module."""
        start = perf_counter()
        certificate = certify_module(text)
        if certificate.library == "NumPy":
            self.seconds.append(perf_counter() - start)
        return certificate

    def __str__(self) -> str:
        slow = sum(seconds > LIMIT for seconds in self.seconds)
        return (
            f"a certificate took {1e3 * median(self.seconds):.1f} ms in the median, "
            f"{1e3 * max(self.seconds):.1f} at most, {slow} more than {1e3 * LIMIT:.0f}"
        )


def main() -> int:
    """Certify, and print a line for each kind of mistake."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--mutants", type=int, default=500, help="that change the result (500)")
    parser.add_argument("--right", type=int, default=10_000, help="right modules (10000)")
    parser.add_argument("--seed", type=int, default=0, help="of patterns and mistakes (0)")
    arguments = parser.parse_args()
    random = Random(arguments.seed)
    timed = Timed()
    missed, refused = mutants(random, arguments.mutants, timed)
    say(timed)
    refused += right_ones(random, arguments.right)
    slow = any(seconds > LIMIT for seconds in timed.seconds)
    return 1 if missed or refused or slow else 0


def mutants(random: Random, count: int, timed: Timed) -> tuple[int, int]:
    """Certify mutants until `count` change the result; how many are missed, and how many refused.

    Refused is a mutant whose mistake is none, and which is not called right.
    """
    changed, caught, same, refused = (Counter[str]() for _ in range(4))
    with tqdm(total=count, disable=None) as progress:
        while changed.total() < count:
            case = mutant(random)
            is_right = timed.certify(case.text).is_right
            if is_changed(case):
                changed[case.kind] += 1
                caught[case.kind] += not is_right
                progress.update()
            else:
                same[case.kind] += 1
                refused[case.kind] += not is_right
            if is_right == is_changed(case):
                say(f"{case.subject.pattern}, {case.subject.target}: {case.line}")
    say("mistake in        changes the result  caught  changes nothing  refused")
    for kind in KINDS:
        say(f"{kind:16} {changed[kind]:19} {caught[kind]:7} {same[kind]:16} {refused[kind]:8}")
    say(
        f"{'together':16} {changed.total():19} {caught.total():7} {same.total():16} "
        f"{refused.total():8}"
    )
    return changed.total() - caught.total(), refused.total()


def right_ones(random: Random, count: int) -> int:
    """Certify random modules as they are emitted; how many are refused."""
    refused, timed = 0, Timed()
    for _ in tqdm(range(count), disable=None):
        case = subject(random)
        if not timed.certify(case.text).is_right:
            refused += 1
            say(f"refused: {case.pattern}, {case.target}")
    say(f"{count} right modules, of which {refused} were refused; {timed}")
    return refused


def say(text: object) -> None:
    """Print a line."""
    tqdm.write(str(text), file=sys.stdout)


if __name__ == "__main__":
    raise SystemExit(main())
