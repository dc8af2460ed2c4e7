"""`einsum-grad check --guess`: judge a hand-derived gradient."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

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
    return _told(arguments, verdict, tell_meaning)


def judge_expression(arguments: argparse.Namespace) -> Exit:
    """Print the verdict on the guess of an expression's gradient; exit 1 unless it is right."""
    from einsum_grad.calculus.derive import derivation
    from einsum_grad.functions.gradient_guess.judge import judge_gradient

    refuse(
        arguments,
        ("sizes", "shapes", "names", "target", "trials", "seed", "optimize"),
        "does not go with --given: a guess is judged for all sizes, in exact arithmetic",
    )
    if arguments.guess is None:
        raise ArgumentError("an expression is checked against a --guess; certify proves ours")
    if len(arguments.patterns) != 1:
        raise ArgumentError("a guess is for one expression")
    if not arguments.wrt:
        raise ArgumentError("a guess is for one gradient: name its array with --wrt")
    (text,) = arguments.patterns
    names = [str(name) for name in arguments.wrt]
    return _told(
        arguments, judge_gradient(derivation(text, arguments.given, names), arguments.guess)
    )


def _told(
    arguments: argparse.Namespace, verdict: Any, meaning: Callable[[], None] = lambda: None
) -> Exit:
    """Print a verdict; exit 1 unless the guess is right."""
    if arguments.json:
        say(as_json(verdict.to_dict()))
    else:
        tell(str(verdict))
        meaning()
    return Exit.FINE if verdict.is_right else Exit.REFUSED
