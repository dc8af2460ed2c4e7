"""`einsum-grad jacobian` and `einsum-grad hessian`."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from einsum_grad.cli.arguments import as_variables
from einsum_grad.cli.commands import gathered
from einsum_grad.cli.console import as_json, head, say, shows_symbols, width
from einsum_grad.cli.exits import Exit
from einsum_grad.cli.options import (
    TARGET_NAMES,
    add_known,
    add_latex,
    add_names,
    target_of,
    wants_code,
)
from einsum_grad.cli.parser import add_command
from einsum_grad.cli.patterns import add_patterns, are_several, each
from einsum_grad.errors import ArgumentError

if TYPE_CHECKING:
    from einsum_grad.plan import Derivative

_JACOBIAN_EXAMPLES = """\
einsum-grad jacobian 'ij,jk->ik' --wrt 0
einsum-grad jacobian 'i,ij,j->' --wrt 0+2 --code
"""
_HESSIAN_EXAMPLES = """\
einsum-grad hessian 'ij,jk->ik' --wrt 0,1
einsum-grad hessian 'i,ij,j->' --wrt 0+2,0+2 --sizes i=2000,j=2000
"""


def add(commands: Any) -> None:
    """Add both commands to argparse's subparsers."""
    _add(commands, "jacobian", 1, "0", "", _JACOBIAN_EXAMPLES)
    _add(commands, "hessian", 2, "0,1", "0 is 0,0; ", _HESSIAN_EXAMPLES)


def _add(commands: Any, name: str, order: int, example: str, more: str, examples: str) -> None:
    title = name.capitalize()
    parser = add_command(
        commands,
        name,
        f"show a {title} of a pattern, as patterns",
        f"Show a {title} of a pattern: a sum of products of operands and deltas.",
        examples,
    )
    add_patterns(parser)
    parser.add_argument(
        "--wrt",
        type=as_variables,
        required=True,
        metavar=example,
        help=f"the operand that is the variable, counted from 0 or by name; {more}"
        "0+2 is one variable in two places",
    )
    add_known(parser)
    add_names(parser)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON, a line for each pattern")
    add_latex(parser, form)
    parser.add_argument("--code", action="store_true", help="add the code that applies it")
    parser.add_argument(
        "--target",
        metavar=TARGET_NAMES,
        help="how the code is written (default: numpy); adds the code",
    )
    parser.set_defaults(run=_run, order=order)


def _run(arguments: argparse.Namespace) -> Exit:
    if len(arguments.wrt) == 1:
        arguments.wrt *= arguments.order
    if len(arguments.wrt) != arguments.order:
        raise ArgumentError(
            f"--wrt names {len(arguments.wrt)} variables, but this derivative has "
            f"{arguments.order}; the places of one variable are joined by +, as in 0+2"
        )
    gathered.check(arguments)
    if arguments.latex:
        return gathered.latex(arguments, _latex_rows)
    form = _as_json if arguments.json else _as_text
    headed = are_several(arguments.patterns) and not arguments.json
    before = ""

    def work(pattern: str) -> Exit:
        nonlocal before
        text = form(_derivative(pattern, arguments), arguments)
        say(f"{before}{head(pattern)}\n{text}" if headed else text)
        before = "\n"
        return Exit.FINE

    return each(arguments.patterns, work)


def _derivative(pattern: str, arguments: argparse.Namespace) -> Derivative:
    from einsum_grad.plan import derivative, read_positions, request

    asked = request(
        pattern,
        None,
        arguments.notation,
        arguments.sizes,
        arguments.shapes,
        names=arguments.names,
    )
    arguments.known, arguments.called = dict(asked.sizes), asked.names
    count = len(asked.pattern.inputs)
    wrt = tuple(read_positions(each, count, asked.names) for each in arguments.wrt)
    return derivative(asked.pattern, wrt, arguments.known)


def _as_text(derivative: Derivative, arguments: argparse.Namespace) -> str:
    from einsum_grad.explain.spelling import ASCII, UNICODE
    from einsum_grad.explain.text.derivative import text
    from einsum_grad.explain.text.styles import plain

    spelling = UNICODE if shows_symbols() else ASCII
    known, called = arguments.known, arguments.called
    shown = text(derivative, known, arguments.notation, called, plain, spelling, width())
    return "\n".join([shown, *_code(derivative, arguments)])


def _latex_rows(pattern: str, arguments: argparse.Namespace) -> list[str]:
    from einsum_grad.explain.latex.rows import derivative_row

    derivative = _derivative(pattern, arguments)
    return [derivative_row(derivative, arguments.called)]


def _as_json(derivative: Derivative, arguments: argparse.Namespace) -> str:
    from einsum_grad.explain.derivative_document import document

    made = document(derivative, arguments.known, arguments.notation, arguments.called)
    for text in _code(derivative, arguments):
        made["code"] = {"target": target_of(arguments), "text": text.lstrip("\n")}
    return as_json(made)


def _code(derivative: Derivative, arguments: argparse.Namespace) -> Iterator[str]:
    """The code, if requested."""
    if wants_code(arguments):
        from einsum_grad.emit.derivative import emit_derivative

        text = emit_derivative(derivative, target_of(arguments), arguments.known)
        yield "\n" + text.rstrip("\n")
