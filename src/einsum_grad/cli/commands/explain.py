"""`einsum-grad explain`."""

from __future__ import annotations

import argparse
from typing import Any

from einsum_grad.cli.arguments import as_chunks, as_count
from einsum_grad.cli.commands import explained, gathered
from einsum_grad.cli.console import head, is_coloured, say
from einsum_grad.cli.exits import Exit
from einsum_grad.cli.options import TARGET_NAMES, add_latex, add_names, add_request
from einsum_grad.cli.parser import add_command
from einsum_grad.cli.patterns import add_patterns, are_several, each

_EXAMPLES = """\
einsum-grad explain 'bij,jk->ik'
einsum-grad explain 'bij,jk->ik' --sizes b=64,i=256,j=256,k=256
einsum-grad explain 'ij,jk->ik' --sizes i=9000,j=9000,k=9000 --chunks i=1000,k=3000
einsum-grad explain 'bqd,bkd->bqk' --names 'Q,K->S' --wrt K
einsum-grad explain 'ij,jk->ik' --shapes 2x3,1x4 --code
einsum-grad explain 'batch i, i j -> batch j' --notation named
einsum-grad explain 'ii,ij->j' --derive --wrt 0
einsum-grad explain 'ij,jk->ik' 'ii->' --latex --document -o gradients.tex
einsum-grad explain 'bqd,bkd->bqk' 'bqk,bkv->bqv' --html -o attention.html
einsum-grad explain - --json < patterns.txt
"""


def add(commands: Any) -> None:
    """Add the command to argparse's subparsers."""
    parser = add_command(
        commands,
        "explain",
        "explain the gradients of a pattern",
        "Explain the gradient of every operand: its pattern, and why it is right.",
        _EXAMPLES,
    )
    add_patterns(parser)
    add_request(parser)
    add_names(parser)
    parser.add_argument(
        "--itemsize", type=as_count, default=8, metavar="8", help="bytes a number, for the costs"
    )
    parser.add_argument(
        "--chunks",
        type=as_chunks,
        metavar="i=1000,j=500",
        help="sizes of the chunks of labels: adds what Dask arrays of these chunks cost",
    )
    parser.add_argument(
        "--derive", action="store_true", help="derive the gradients line by line instead"
    )
    parser.add_argument("--code", action="store_true", help="add the generated code")
    parser.add_argument(
        "--target",
        metavar=TARGET_NAMES,
        help="how the code is written (default: numpy); adds the code",
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON, a line for each pattern")
    form.add_argument(
        "--html", action="store_true", help="print a page, of all patterns, that needs nothing else"
    )
    add_latex(parser, form)
    parser.add_argument(
        "--color",
        action=argparse.BooleanOptionalAction,
        help="colour the text; default: on a terminal, unless NO_COLOR is set",
    )
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> Exit:
    gathered.check(arguments)
    if arguments.latex:
        return gathered.latex(arguments, explained.latex_rows)
    if arguments.html:
        return gathered.page(arguments, explained.section)
    shown = explained.as_json if arguments.json else explained.as_text
    headed = are_several(arguments.patterns) and not arguments.json
    coloured = not arguments.json and is_coloured(arguments.color)
    before = ""

    def work(pattern: str) -> Exit:
        nonlocal before
        text = shown(pattern, arguments)
        say(f"{before}{head(pattern)}\n{text}" if headed else text, coloured=coloured)
        before = "\n"
        return Exit.FINE

    return each(arguments.patterns, work)
