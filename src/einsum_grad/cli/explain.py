"""`einsum-grad explain`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from einsum_grad.cli.arguments import as_chunks, as_count
from einsum_grad.cli.console import as_json, head, is_coloured, say, shows_symbols
from einsum_grad.cli.exits import Exit
from einsum_grad.cli.options import TARGET_NAMES, add_request, asked, target_of
from einsum_grad.cli.patterns import add_patterns, are_several, each

if TYPE_CHECKING:
    from einsum_grad.explain import Derivation, Explanation

_EPILOG = """\
examples:
  einsum-grad explain 'bij,jk->ik'
  einsum-grad explain 'bij,jk->ik' --sizes b=64,i=256,j=256,k=256
  einsum-grad explain 'ij,jk->ik' --sizes i=9000,j=9000,k=9000 --chunks i=1000,k=3000
  einsum-grad explain 'ij,jk->ik' --shapes 2x3,1x4 --code
  einsum-grad explain 'batch i, i j -> batch j' --notation named
  einsum-grad explain 'ii,ij->j' --derive --wrt 0
  einsum-grad explain - --json < patterns.txt
"""


def add(commands: Any) -> None:
    """Add the command to argparse's subparsers."""
    parser = commands.add_parser(
        "explain",
        help="explain the gradients of a pattern",
        description="Explain the gradient of every operand: its pattern, and why it is right.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add_patterns(parser)
    add_request(parser)
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
    form.add_argument("--latex", action="store_true", help="print the equations in LaTeX (amsmath)")
    parser.add_argument(
        "--color",
        action=argparse.BooleanOptionalAction,
        help="colour the text; default: on a terminal, unless NO_COLOR is set",
    )
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> Exit:
    explained = _form(arguments)
    headed = are_several(arguments.patterns) and explained is _as_text
    coloured = explained is _as_text and is_coloured(arguments.color)
    before = ""

    def work(pattern: str) -> Exit:
        nonlocal before
        text = explained(pattern, arguments)
        say(f"{before}{head(pattern)}\n{text}" if headed else text, coloured=coloured)
        before = "\n"
        return Exit.FINE

    return each(arguments.patterns, work)


def _form(arguments: argparse.Namespace) -> Callable[[str, argparse.Namespace], str]:
    if arguments.json:
        return _as_json
    return _as_latex if arguments.latex else _as_text


def _as_text(pattern: str, arguments: argparse.Namespace) -> str:
    from einsum_grad.explain import derivation_text
    from einsum_grad.explain.spelling import ASCII, UNICODE
    from einsum_grad.explain.styles import coloured, plain
    from einsum_grad.explain.text import text

    style = coloured if is_coloured(arguments.color) else plain
    spelling = UNICODE if shows_symbols() else ASCII
    explanation = _explanation(pattern, arguments)
    if arguments.derive:
        shown = derivation_text.text(explanation, style, spelling)
    else:
        shown = text(explanation, style, spelling)
    return _with_code(shown, pattern, arguments)


def _as_latex(pattern: str, arguments: argparse.Namespace) -> str:
    return _with_code(_explained(pattern, arguments).latex(), pattern, arguments)


def _as_json(pattern: str, arguments: argparse.Namespace) -> str:
    document = _explained(pattern, arguments).to_dict()
    if _wants_code(arguments):
        document["code"] = {"target": target_of(arguments), "text": _code(pattern, arguments)}
    return as_json(document)


def _explained(pattern: str, arguments: argparse.Namespace) -> Explanation | Derivation:
    explanation = _explanation(pattern, arguments)
    return explanation.derive() if arguments.derive else explanation


def _explanation(pattern: str, arguments: argparse.Namespace) -> Explanation:
    from einsum_grad.explain import explain

    itemsize, chunks = arguments.itemsize, arguments.chunks
    return explain(pattern, itemsize=itemsize, chunks=chunks, **asked(arguments))


def _with_code(shown: str, pattern: str, arguments: argparse.Namespace) -> str:
    return f"{shown}\n\n{_code(pattern, arguments)}" if _wants_code(arguments) else shown


def _code(pattern: str, arguments: argparse.Namespace) -> str:
    from einsum_grad.emit import emit

    return emit(pattern, target=target_of(arguments), **asked(arguments)).rstrip("\n")


def _wants_code(arguments: argparse.Namespace) -> bool:
    return arguments.code or arguments.target is not None
