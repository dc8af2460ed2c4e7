"""`Program` to `Source`: a complete module, as a careful person would write it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass

from einsum_grad.emit.functions import functions
from einsum_grad.emit.guard import guard
from einsum_grad.emit.helpers import helpers
from einsum_grad.emit.layout import WIDTH, indented
from einsum_grad.emit.selfcheck import self_check
from einsum_grad.emit.source import Source
from einsum_grad.emit.target import Library, Target
from einsum_grad.lower import Op, Program, has_blas, schedule, steps
from einsum_grad.plan import ELLIPSIS, UNIT, equation_text, operand_names

_INDENT = "    "
_LONGEST_TITLE = 60


@dataclass(frozen=True, slots=True)
class Contents:
    """The functions of a module, those that it needs as a script, and what all of them use."""

    code: list[list[str]]
    script: list[list[str]]
    libraries: list[Library]


def write(program: Program, target: Target) -> Source:
    """Write the module of `program` for `target`."""
    found, checks = schedule(program), guard(program)
    inner, checked = functions(program, target, found, bool(checks))
    check = self_check(program, bool(found.together)) if program.wrt else []
    contents = contents_of([*inner, checks, *checked], check, target)
    header = _header(program, contents.libraries)
    needed, rest = joined(header, contents)
    opening = len(needed) - len(_functions([checks, *checked])) if inner else None
    large = program.scale is not None
    blas = not large or has_blas(found)
    return Source(needed + rest, target.name, opening, len(needed), large, blas)


def contents_of(code: list[list[str]], check: list[str], target: Target) -> Contents:
    """What a module consists of: its functions, and the check of itself, if it has one."""
    script = [*helpers(_text(code)), check]
    text = _text([*code, *script])
    return Contents(code, script, [each for each in target.libraries if each.use in text])


def joined(header: list[str], contents: Contents) -> tuple[str, str]:
    """The text of a module: its docstring, imports and functions, and apart the rest of it."""
    # The standard library's imports stand apart.
    math = ["import math", ""] if "math.prod(" in _text(contents.code) else []
    imports = [*math, *(each.statement for each in contents.libraries)]
    first = [*header, *(["", *imports] if imports else [])]
    rest = _functions(contents.script)
    return _functions([first, *contents.code]), f"\n\n{rest}" if rest else ""


def _functions(code: Iterable[list[str]]) -> str:
    return "\n\n".join("\n".join([*lines, ""]) for lines in code if lines)


def _text(code: Iterable[list[str]]) -> str:
    return "\n".join(line for lines in code for line in lines)


def _header(program: Program, libraries: list[Library]) -> list[str]:
    names = " and ".join(library.name for library in libraries)
    needs = f"; needs {names}" if names else ""
    check = " Run as a script, it checks its gradients." if program.wrt else ""
    return [
        f'"""The einsum {_short(str(program.pattern), _LONGEST_TITLE)} and its gradients.',
        "",
        *_equation(program),
        *indented(_notes(program)),
        "",
        f"Written by einsum-grad{needs}.{check}",
        '"""',
    ]


def _notes(program: Program) -> list[str]:
    """What a reader must know of the labels and the numbers."""
    table = (
        (UNIT in program.pattern.labels(), "1 is an axis of size 1 that broadcasts"),
        (ELLIPSIS in program.pattern.labels(), f"{_merged(program)} is all axes of ... as one"),
        *((isinstance(size, int), f"{label} has size {size}") for label, size in program.sizes),
        (program.traits.complex, CONVENTION[program.traits.conjugate]),
    )
    notes = [note for holds, note in table if holds]
    return ["", *notes] if notes else []


CONVENTION = {
    True: "the numbers are complex: a gradient has the conjugates of the other factors",
    False: "the numbers are complex: a gradient has the other factors without conjugates",
}


def _merged(program: Program) -> str:
    """The label that the steps have where the pattern has an ellipsis."""
    for step in (*steps(program.forward), *steps(program.backward)):
        if step.op is Op.MERGE:
            return step.result.labels[step.args[0].labels.index(ELLIPSIS)]
    return ELLIPSIS


def _equation(program: Program) -> list[str]:
    """The equation, or of a pattern too long for the title the pattern in full."""
    if len(str(program.pattern)) > _LONGEST_TITLE:
        text = re.sub(", *", ", ", str(program.pattern))
    else:
        text = equation_text(program.pattern, operand_names(len(program.operands)), "Z")
    return textwrap.wrap(text, WIDTH, initial_indent=_INDENT, subsequent_indent=2 * _INDENT)


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[:length]}…"
