"""`einsum-grad derive`."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from einsum_grad.cli.arguments import as_names, as_sizes, as_text
from einsum_grad.cli.console import as_json, say, width
from einsum_grad.cli.exits import Exit
from einsum_grad.cli.parser import add_command
from einsum_grad.errors import ArgumentError

if TYPE_CHECKING:
    from einsum_grad.calculus.derive import Derivation

_EXAMPLES = """\
einsum-grad derive 'sum((X @ w - y)**2)' --given 'X: n d, w: d, y: n' --wrt w
einsum-grad derive 'logdet(S) + trace(S @ A)' --given 'S: d d symmetric, A: d d' --wrt S --code
einsum-grad derive 'sum((T - U @ V.T)**2)' --given 'T: m n, U: m k, V: n k' --wrt U,V
"""
_EPILOG = """\
An expression is written as in Python, with NumPy's functions; lines before the last one name
values: 'r = X @ w - y; r @ r'.
"""


def add(commands: Any) -> None:
    """Add the command to argparse's subparsers."""
    parser = add_command(
        commands,
        "derive",
        "derive the gradient and the Hessian of an expression",
        "Derive the gradient and the Hessian of an expression: as formulas, as code.",
        _EXAMPLES,
        _EPILOG,
    )
    parser.add_argument(
        "expression", type=as_text, metavar="EXPRESSION", help="such as 'sum((X @ w - y)**2)'"
    )
    add_given(parser, required=True)
    parser.add_argument(
        "--wrt",
        type=as_names,
        required=True,
        metavar="U,V",
        help="the arrays that are the variables",
    )
    parser.add_argument(
        "--order",
        type=int,
        choices=(1, 2),
        default=2,
        help="1 for the gradient alone (default: 2)",
    )
    parser.add_argument("--sizes", type=as_sizes, metavar="n=64,d=8", help="sizes of axes")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--latex", action="store_true", help="print the formulas in LaTeX")
    form.add_argument("--json", action="store_true", help="print JSON, on one line")
    form.add_argument("--steps", action="store_true", help="print what each pass makes")
    parser.add_argument(
        "--document", action="store_true", help="with --latex: a whole file, which pdflatex takes"
    )
    parser.add_argument(
        "--code", action="store_true", help="add the module that computes them, below comments"
    )
    parser.add_argument(
        "--target",
        metavar="numpy|torch|jax|array_api",
        help="how the module is written (default: numpy); adds it",
    )
    parser.set_defaults(run=_run)


def add_given(parser: argparse.ArgumentParser, required: bool) -> None:
    """Add the option that declares arrays."""
    parser.add_argument(
        "--given",
        required=required,
        type=as_text,
        metavar="'X: n d, a:'",
        help="the arrays and the names of their axes; symmetric or diagonal may follow",
    )


def _run(arguments: argparse.Namespace) -> Exit:
    from einsum_grad.calculus.derive import derivation

    if arguments.document and not arguments.latex:
        raise ArgumentError("--document goes with --latex")
    if arguments.document and (arguments.code or arguments.target):
        raise ArgumentError("code is no LaTeX: ask for it without --document")
    found = derivation(arguments.expression, arguments.given, arguments.wrt)
    arguments.sizes = found.sizes(arguments.sizes)
    if arguments.json:
        say(_as_json(found, arguments))
        return Exit.FINE
    form = next(form for name, form in _FORMS.items() if name is None or vars(arguments)[name])
    say(_with_code(form(found, arguments), found, arguments))
    return Exit.FINE


def _as_text(found: Derivation, arguments: argparse.Namespace) -> str:
    from einsum_grad.explain.expression.report import report

    return report(found, arguments.order, arguments.sizes, width())


def _as_latex(found: Derivation, arguments: argparse.Namespace) -> str:
    from einsum_grad.explain.expression.latex import latex

    return latex(found, arguments.order, arguments.document)


def _as_steps(found: Derivation, arguments: argparse.Namespace) -> str:
    from einsum_grad.explain.expression.steps import steps

    return "\n".join(steps(found, arguments.order))


def _with_code(told: str, found: Derivation, arguments: argparse.Namespace) -> str:
    """The formulas as comments above the module: a file that can be run and certified."""
    code = _code(found, arguments)
    if code is None:
        return told
    comments = (f"# {line}".rstrip() for line in told.splitlines())
    return "\n".join([*comments, "", code])


def _as_json(found: Derivation, arguments: argparse.Namespace) -> str:
    from einsum_grad.explain.expression.document import document

    made, code = document(found, arguments.order, arguments.sizes), _code(found, arguments)
    return as_json(made if code is None else {**made, "code": code})


def _code(found: Derivation, arguments: argparse.Namespace) -> str | None:
    """The module, if requested."""
    if not arguments.code and arguments.target is None:
        return None
    from einsum_grad.emit.expression.module import emit_derivation

    target = arguments.target or "numpy"
    return emit_derivation(found, arguments.sizes, target=target).text.rstrip("\n")


_FORMS: Mapping[str | None, Callable[..., str]] = {
    "latex": _as_latex,
    "steps": _as_steps,
    None: _as_text,
}
"""The form of output by the option that selects it."""
