"""Judges mutated guesses of gradients, and holds each verdict against trying everything.

Run it with:  python benchmarks/guesses.py

The verdict is held against running the guess in every order of its operands and axes, the
counterexample against all that there are with sizes of at most 2. It exits with 1 if one is wrong.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from random import Random

from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from einsum_grad.guess import check_guess
from tests.guesses import disagreement, guess


def main() -> int:
    """Judge, count the verdicts, and print those that are wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--count", type=int, default=2000, help="how many guesses (2000)")
    parser.add_argument("--seed", type=int, default=0, help="of the guesses (0)")
    arguments = parser.parse_args()
    random, verdicts, wrong, examples = Random(arguments.seed), Counter[str](), 0, 0
    for _ in tqdm(range(arguments.count), disable=None):
        case = guess(random)
        verdict = check_guess(case.pattern, case.operand, case.text, sizes=case.given)
        verdicts[verdict.kind] += 1
        examples += verdict.counterexample is not None
        if found := disagreement(case):
            wrong += 1
            say(found)
    for kind, count in verdicts.most_common():
        say(f"{count:6} {kind}")
    say(f"{examples:6} counterexamples, each the smallest of all")
    say(f"{wrong:6} verdicts or counterexamples are wrong")
    return 1 if wrong else 0


def say(text: object) -> None:
    """Print a line."""
    tqdm.write(str(text), file=sys.stdout)


if __name__ == "__main__":
    raise SystemExit(main())
