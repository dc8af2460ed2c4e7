"""`Program` to `Source`: a complete module, as a careful person would write it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from einsum_grad.emit.context import Context
from einsum_grad.emit.functions import functions
from einsum_grad.emit.guard import guard
from einsum_grad.emit.layout import WIDTH
from einsum_grad.emit.selfcheck import self_check
from einsum_grad.emit.source import Source
from einsum_grad.emit.target import Target
from einsum_grad.lower import Program
from einsum_grad.plan import equation_text, operand_names

_BLANK = ["", ""]
_LONGEST_TITLE = 60
_LONGEST_EQUATION = 400


def write(program: Program, target: Target) -> Source:
    """Write the module of `program` for `target`."""
    checks = guard(program)
    written = functions(program, target, Context(program), bool(checks))
    blocks = [
        [*_header(program, target), "", *_imports(written, target)],
        checks,
        *written,
        self_check(program) if program.wrt else [],
    ]
    text = "\n".join("\n".join([*block, *_BLANK]) for block in blocks if block).rstrip() + "\n"
    return Source(text, target.name)


def _header(program: Program, target: Target) -> list[str]:
    return [
        f'"""The einsum {_short(str(program.pattern), _LONGEST_TITLE)} and its gradients.',
        "",
        *_equation(program),
        "",
        f"Written by einsum-grad; needs {target.needs}. Run as a script, it checks its gradients.",
        '"""',
    ]


def _equation(program: Program) -> list[str]:
    text = equation_text(program.pattern, operand_names(len(program.operands)), "Z")
    if len(text) <= WIDTH - 4:
        return [f"    {text}"]
    short = _short(text, _LONGEST_EQUATION)
    return textwrap.wrap(short, WIDTH, initial_indent="    ", subsequent_indent="        ")


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[:length]}…"


def _imports(written: Iterable[list[str]], target: Target) -> list[str]:
    """The imports that the functions need, the standard library's apart."""
    text = "\n".join(line for block in written for line in block)
    standard = ["import math", ""] if "math.prod(" in text else []
    return standard + [line for line, use in target.imports if use in text or use == "np."]
