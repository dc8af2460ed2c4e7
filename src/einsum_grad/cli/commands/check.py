"""`einsum-grad check`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from einsum_grad.cli.arguments import as_count, as_number, as_text
from einsum_grad.cli.commands.derive import add_given
from einsum_grad.cli.commands.guess import judge, judge_expression
from einsum_grad.cli.console import head, say, tell
from einsum_grad.cli.exits import Exit
from einsum_grad.cli.meaning import tell_meaning
from einsum_grad.cli.options import add_names, add_request, add_target, asked, target_of
from einsum_grad.cli.parser import add_command
from einsum_grad.cli.patterns import add_patterns, are_several, each
from einsum_grad.cli.progress import progress
from einsum_grad.errors import ArgumentError

if TYPE_CHECKING:
    from einsum_grad.cli.commands.differences import Point
    from einsum_grad.plan import Shape

_TRIALS = 2

_EXAMPLES = """\
einsum-grad check 'bij,jk->ik'
einsum-grad check 'bij,jk->ik' --sizes b=3,i=4 --target einops
einsum-grad check 'ij,jk->ik' --wrt 0 --guess 'ik,jk->ij'
einsum-grad check 'sum((X @ w - y)**2)' --given 'X: n d, w: d, y: n' --wrt w --guess '2 * X.T @ r'
"""
_EPILOG = """\
An einsum is linear in each operand, so a central difference with step 1 is exact: on whole
numbers the gradients must equal it, on fractions they may differ by rounding.

A guess is a pattern for the gradient of one operand, with the cotangent in its place.
With --given, EXPRESSION stands in the place of PATTERN, and so is the guess an expression.
"""


def add(commands: Any) -> None:
    """Add the command to argparse's subparsers."""
    parser = add_command(
        commands,
        "check",
        "check the gradients of a pattern numerically",
        "Check every gradient against central differences; exit 1 if one is wrong.",
        _EXAMPLES,
        _EPILOG,
    )
    add_patterns(parser)
    add_request(parser)
    add_names(parser)
    add_target(parser)
    parser.add_argument(
        "--trials",
        type=as_count,
        metavar="2",
        help="the number of trials, each with new operands (default: 2)",
    )
    parser.add_argument(
        "--seed", type=as_number, metavar="0", help="the seed of the random operands (default: 0)"
    )
    parser.add_argument(
        "--guess",
        type=as_text,
        metavar="PATTERN|EXPRESSION",
        help="judge this for the gradient of the operand that --wrt names",
    )
    add_given(parser, required=False)
    parser.add_argument("--json", action="store_true", help="print the verdict on a guess as JSON")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> Exit:
    if arguments.given is not None:
        return judge_expression(arguments)
    if arguments.guess is not None:
        return judge(arguments)
    if arguments.json:
        raise ArgumentError("--json prints the verdict on a --guess, but there is none")
    headed = are_several(arguments.patterns)

    def work(pattern: str) -> Exit:
        if headed:
            say(head(pattern))
        return _checked(pattern, arguments)

    return each(arguments.patterns, work)


def _checked(pattern: str, arguments: argparse.Namespace) -> Exit:
    from einsum_grad.cli.commands.differences import points
    from einsum_grad.cli.commands.on_numpy import on_numpy
    from einsum_grad.cli.shapes import default_shapes, written
    from einsum_grad.functions import compile
    from einsum_grad.plan import request

    options = asked(arguments)
    bound = request(pattern, **options)
    shapes = arguments.shapes or default_shapes(bound.pattern, dict(bound.sizes))
    target, seed = target_of(arguments), arguments.seed or 0
    options = {**options, "shapes": None, "wrt": bound.wrt}
    options.pop("names", None)
    function = on_numpy(compile(pattern, target=target, **options), target)
    tell(f"target {target}, shapes {written(shapes)}")
    with progress("computing the gradients"):
        found = points(function, shapes, arguments.trials or _TRIALS, seed)
    names = bound.names.operands
    judged = [
        _judged(found, position, f"d{names[operand]}", shapes[operand], seed)
        for position, operand in enumerate(function.wrt)
    ]
    tell_meaning(bound.names)
    return max(judged, default=Exit.FINE)


def _judged(found: list[Point], position: int, name: str, shape: Shape, seed: int) -> Exit:
    """Print the line of one gradient, and return its exit code."""
    from einsum_grad.cli.commands.differences import verdict

    with progress(f"comparing {name} with central differences"):
        judged = verdict(found, position, shape, seed)
    tell(f"{name} is {'right' if judged.is_right else 'WRONG'}: {judged}")
    return Exit.FINE if judged.is_right else Exit.REFUSED
