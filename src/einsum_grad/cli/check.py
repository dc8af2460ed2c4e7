"""`einsum-grad check`."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from einsum_grad.cli.arguments import add_request, add_target, asked
from einsum_grad.cli.console import say
from einsum_grad.cli.exits import Exit
from einsum_grad.cli.patterns import add_patterns, are_several, each

if TYPE_CHECKING:
    from einsum_grad.cli.differences import Finding

_EPILOG = """\
examples:
  einsum-grad check 'bij,jk->ik'
  einsum-grad check 'bij,jk->ik' --sizes b=3,i=4 --target einops

An einsum is linear in each operand, so a central difference with step 1 is exact: on whole
numbers the gradients must be equal to it, on fractions they may be off by rounding.
"""


def add(commands: Any) -> None:
    """Add the command to argparse's subparsers."""
    parser = commands.add_parser(
        "check",
        help="check the gradients of a pattern numerically",
        description="Check every gradient against central differences; exit 1 if one is wrong.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add_patterns(parser)
    add_request(parser)
    add_target(parser)
    parser.add_argument(
        "--trials", type=as_count, default=2, metavar="2", help="how often, with new operands"
    )
    parser.add_argument(
        "--seed", type=as_count, default=0, metavar="0", help="of the random operands"
    )
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> Exit:
    headed = are_several(arguments.patterns)

    def work(pattern: str) -> Exit:
        if headed:
            say(f"# {pattern}")
        return _checked(pattern, arguments)

    return each(arguments.patterns, work)


def _checked(pattern: str, arguments: argparse.Namespace) -> Exit:
    from einsum_grad.cli.differences import points
    from einsum_grad.plan import operand_names, request
    from einsum_grad.runtime import compile

    options = asked(arguments)
    bound = request(pattern, **options)
    shapes = arguments.shapes or default_shapes(bound.pattern, dict(bound.sizes))
    function = compile(pattern, target=arguments.target, **{**options, "shapes": None})
    names = operand_names(len(shapes))
    say(f"target {arguments.target}, shapes {_written(shapes)}")
    found = points(function, shapes, arguments.trials, arguments.seed)
    worst = Exit.FINE
    for position, operand in enumerate(function.wrt):
        right, told = judge(found, position, shapes[operand], arguments.seed)
        say(f"d{names[operand]} is {'right' if right else 'WRONG'}: {told}")
        worst = worst if right else Exit.REFUSED
    return worst
