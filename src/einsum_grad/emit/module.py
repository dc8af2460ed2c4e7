"""`Program` to `Source`: a complete module, as a careful person would write it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain

from einsum_grad.emit.functions import functions
from einsum_grad.emit.guard import guard
from einsum_grad.emit.selfcheck import self_check
from einsum_grad.emit.source import CHECKED, Source
from einsum_grad.emit.text.helpers import helpers
from einsum_grad.emit.text.hoist import hoisted
from einsum_grad.emit.text.printer import WIDTH, Printer
from einsum_grad.emit.text.target import Library, Target
from einsum_grad.emit.text.tree import KERNEL, Lines, Statement
from einsum_grad.lower import Op, Program, schedule, steps
from einsum_grad.plan import ELLIPSIS, UNIT, ellipsis_labels, equation_text, operand_names

_INDENT = "    "
_LONGEST_TITLE = 60

Header = Callable[[Sequence[Library]], list[str]]
"""The docstring of a module that needs these libraries, as its lines."""


@dataclass(frozen=True, slots=True)
class Text:
    """A module: its docstring, imports and first functions, others, and what a script needs."""

    first: str
    others: str
    script: str
    helpers: tuple[str, ...]


def write(program: Program, target: Target, bare: bool = False) -> Source:
    """Write the module of `program` for `target`; a `bare` one does not check itself."""
    found, checks = schedule(program), guard(program, target)
    inner, checked = functions(program, target, found, checks is not None)
    outer = [*([checks] if checks else []), *checked]
    checks_itself = bool(program.wrt) and not bare
    check = self_check(program, target.script, bool(found.together)) if checks_itself else []

    def header(libraries: Sequence[Library]) -> list[str]:
        return _header(program, target, libraries, checks_itself)

    text = assembled(target, header, inner, outer, check)
    needed = text.first + text.others
    return Source(
        needed + text.script,
        target.name,
        tuple(each.name for each in inner) or CHECKED,
        len(text.first) if inner else None,
        len(needed),
        program.scale is not None,
        text.helpers,
    )


def assembled(
    target: Target,
    header: Header,
    inner: Sequence[Statement],
    outer: Sequence[Statement] = (),
    script: Sequence[Statement] = (),
) -> Text:
    """The text of a module: functions that come first, `outer` ones, and what a script needs."""
    printer = Printer(target)
    inner = hoisted(inner)
    first, others = printer.write(inner), printer.write(outer)
    own = helpers(target.helpers, printer.used)
    kept = [Lines(each.code) for each in own.values() if not each.replaced]
    first = "\n\n".join(filter(None, [first, printer.write(kept)]))
    replaced = {name: each for name, each in own.items() if each.replaced}
    rest = printer.write([*(Lines(each.code) for each in replaced.values()), *script])
    used = printer.used.union(*(each.needs for each in own.values()))
    used |= {target.libraries[0].alias} if KERNEL in used else set()
    used |= {target.script.alias} if script else set()
    libraries = [each for each in target.libraries if each.alias in used]
    standard = {"math"} & used | set(target.script.modules if script else ())
    groups = [
        [f"import {name}" for name in sorted(standard)],
        [each.statement for each in libraries if each.statement],
    ]
    imports = [line for group in groups if group for line in ("", *group)]
    # Arrays that need no import are of a library as well.
    opened = header(libraries or target.libraries[-1:])
    decorators = ["", f"{KERNEL} = {target.loops}"] if KERNEL in printer.used else []
    opening = "\n".join([*opened, *imports, *decorators, ""])
    before = [opening, *([first] if first else []), *([""] if others else [])]
    return Text("\n\n".join(before), others, f"\n\n{rest}" if rest else "", tuple(replaced))


def _header(
    program: Program, target: Target, libraries: Sequence[Library], checks_itself: bool
) -> list[str]:
    names = " and ".join(dict.fromkeys(library.name for library in libraries))
    needs = f"; needs {names}" if names else ""
    check = " Run as a script, it checks its gradients." if checks_itself else ""
    pattern = str(program.pattern)
    return [
        f'"""The einsum {shortened(pattern)} and its gradients.',
        "",
        *_equation(program, pattern),
        *_notes(program, target),
        "",
        f"Written by einsum-grad{needs}.{check}",
        '"""',
    ]


def _notes(program: Program, target: Target) -> list[str]:
    """What a reader must know of the labels and the numbers."""
    labels = program.pattern.labels()
    conventions = ALIKE if target.traits else CONVENTION
    merged = _merged(program) if ELLIPSIS in labels else ELLIPSIS
    table = (
        (UNIT in labels, "1 is an axis of size 1 that broadcasts"),
        (ELLIPSIS in labels, f"{merged} is all axes of ... as one"),
        *((isinstance(size, int), f"{label} has size {size}") for label, size in program.sizes),
        (program.traits.complex, conventions[program.traits.conjugate]),
    )
    notes = [note for holds, note in table if holds]
    return ["", *(f"{_INDENT}{note}" for note in notes)] if notes else []


_FACTORS = {
    True: "a gradient has the conjugates of the other factors",
    False: "a gradient has the other factors without conjugates",
}
CONVENTION = {conj: f"the numbers are complex: {factors}" for conj, factors in _FACTORS.items()}
"""The note of a module for complex numbers alone, by whether its gradients conjugate."""

ALIKE = {conj: f"of complex numbers, {factors}" for conj, factors in _FACTORS.items()}
"""The note of a module that is right for real and complex numbers."""


def _merged(program: Program) -> str:
    """The label that the steps have where the pattern has an ellipsis."""
    for step in chain(steps(program.forward), steps(program.backward)):
        if step.op is Op.MERGE:
            return step.result.labels[step.args[0].labels.index(ELLIPSIS)]
    return ellipsis_labels(1, program.pattern.labels())[0]


def _equation(program: Program, pattern: str) -> list[str]:
    """The equation, or of a pattern too long for the title the pattern in full."""
    if len(pattern) > _LONGEST_TITLE:
        text = re.sub(", *", ", ", pattern)
    else:
        text = equation_text(program.pattern, operand_names(len(program.operands)), "Z")
        if len(text) + len(_INDENT) <= WIDTH:
            return [_INDENT + text]
    return textwrap.wrap(text, WIDTH, initial_indent=_INDENT, subsequent_indent=2 * _INDENT)


def shortened(pattern: str) -> str:
    """The pattern as a title says it, which has one line."""
    return pattern if len(pattern) <= _LONGEST_TITLE else f"{pattern[:_LONGEST_TITLE]}…"
