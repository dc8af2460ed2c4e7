"""`einsum-grad check --guess`: judge a hand-derived gradient."""

from __future__ import annotations

import argparse

from einsum_grad.cli.console import as_json, say, tell
from einsum_grad.cli.exits import Exit
from einsum_grad.cli.meaning import tell_meaning
from einsum_grad.cli.options import refuse
from einsum_grad.errors import ArgumentError


def judge(arguments: argparse.Namespace) -> Exit:
    """Print the verdict on the guess; exit 1 unless it is right."""
    from einsum_grad.guess import check_guess
    from einsum_grad.plan import request

    refuse(
        arguments,
        ("shapes", "target", "trials", "seed", "optimize"),
        "does not go with --guess: a guess is judged for all sizes, and no code is run",
    )
    if len(arguments.patterns) != 1:
        raise ArgumentError("a guess is for one pattern")
    (pattern,) = arguments.patterns
    asked = request(
        pattern, arguments.wrt, arguments.notation, arguments.sizes, names=arguments.names
    )
    wrt = asked.wrt
    if len(wrt) != 1:
        raise ArgumentError("a guess is for one gradient: name its operand with --wrt")
    verdict = check_guess(pattern, wrt[0], arguments.guess, arguments.notation, arguments.sizes)
    if arguments.json:
        say(as_json(verdict.to_dict()))
    else:
        tell(str(verdict))
        tell_meaning()
    return Exit.FINE if verdict.is_right else Exit.REFUSED
