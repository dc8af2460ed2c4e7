"""`Program` to `Source`: a complete module, as a careful person would write it."""

from __future__ import annotations

from collections.abc import Iterable

from einsum_grad.emit.context import Context, tuple_of
from einsum_grad.emit.guard import cotangent_guard, guard
from einsum_grad.emit.layout import comment, indented, returned, tupled, unpacked, wrapped
from einsum_grad.emit.selfcheck import self_check
from einsum_grad.emit.source import Source
from einsum_grad.emit.target import Target
from einsum_grad.lower import Program, Section, Value, steps
from einsum_grad.plan import Gradient, equation_text, operand_names, reasons

_BLANK = ["", ""]
_LONGEST_EQUATION = 400


def write(program: Program, target: Target) -> Source:
    """Write the module of `program` for `target`."""
    checks = guard(program)
    functions = list(_functions(program, target, _call_of(checks, program)))
    blocks = [
        [*_header(program, target), "", *_imports(functions, target)],
        checks,
        *functions,
        self_check(program) if program.wrt else [],
    ]
    text = "\n".join("\n".join([*block, *_BLANK]) for block in blocks if block).rstrip() + "\n"
    return Source(text, target.name, bool(program.residuals))


def _call_of(checks: list[str], program: Program) -> list[str]:
    """The line with which a function calls `checks`."""
    return indented(wrapped("check_sizes(", _names(program.operands), ")")) if checks else []


def _header(program: Program, target: Target) -> list[str]:
    return [
        f'"""The einsum {_short(str(program.pattern))} and its gradients.',
        "",
        f"    {_short(_equation(program))}",
        "",
        f"Written by einsum-grad; needs {target.needs}. Run as a script, it checks its gradients.",
        '"""',
    ]


def _equation(program: Program) -> str:
    return equation_text(program.pattern, operand_names(len(program.operands)), "Z")


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_EQUATION else f"{text[:_LONGEST_EQUATION]}…"


def _imports(functions: list[list[str]], target: Target) -> list[str]:
    """The imports that `functions` need, the standard library's apart."""
    text = "\n".join(line for block in functions for line in block)
    standard = ["import math", ""] if "math.prod(" in text else []
    return standard + [line for line, use in target.imports if use in text or use == "np."]


def _functions(program: Program, target: Target, checks: list[str]) -> Iterable[list[str]]:
    if program.residuals:
        yield from _sharing(program, target, checks)
    else:
        yield _forward(program, target, "forward", checks, [])
        yield _backward(program, target, "backward", checks, [])


def _sharing(program: Program, target: Target, checks: list[str]) -> Iterable[list[str]]:
    """The functions of a program whose backward uses what the forward computed."""
    operands, kept = _names(program.operands), _names(program.residuals)
    yield _forward(program, target, "forward_with_residuals", checks, kept)
    yield _backward(program, target, "pullback", [], kept)
    yield [
        *wrapped("def forward(", operands, "):"),
        f'    """Return {_short(_equation(program))}."""',
        *indented(wrapped("return forward_with_residuals(", operands, ")[0]")),
    ]
    yield [
        *wrapped("def backward(", [program.cotangent.name, *operands], "):"),
        _backward_docstring(program),
        *indented(wrapped("_, residuals = forward_with_residuals(", operands, ")")),
        *indented(
            wrapped("return pullback(", [program.cotangent.name, *operands, "residuals"], ")")
        ),
    ]


def _forward(
    program: Program, target: Target, name: str, checks: list[str], kept: list[str]
) -> list[str]:
    extra = ", and what the gradients use again" if kept else ""
    lines = _lines(program.forward, Context(program), target)
    return [
        *wrapped(f"def {name}(", _names(program.operands), "):"),
        f'    """Return {_short(_equation(program))}{extra}."""',
        *checks,
        *indented(_ending(lines, program.output.name, kept)),
    ]


def _backward_docstring(program: Program) -> str:
    gradients = tupled(_names(program.gradients))
    return f'    """Return the gradients {gradients} for a cotangent dz of Z."""'


def _ending(lines: list[str], output: str, kept: list[str]) -> list[str]:
    """`lines` and the return; the last expression is returned as it is where nothing else is."""
    if kept:
        return [*lines, f"return {output}, {tuple_of(kept)}"]
    if lines[-1].startswith(f"{output} = "):
        return [*lines[:-1], f"return {lines[-1].removeprefix(f'{output} = ')}"]
    return [*lines, f"return {output}"]


def _backward(
    program: Program, target: Target, name: str, checks: list[str], kept: list[str]
) -> list[str]:
    body, context = [], Context(program)
    arguments = [*_names(program.operands), *(["residuals"] if kept else [])]
    for section in program.backward:
        body += ["", *_why(section), *_lines([section], context, target)]
    return [
        *wrapped(f"def {name}(", [program.cotangent.name, *arguments], "):"),
        _backward_docstring(program),
        *checks,
        *indented(cotangent_guard(program)),
        *indented([f"{unpacked(kept)} = residuals"] if kept else []),
        *indented(body),
        "",
        *indented(returned(_names(program.gradients))),
    ]


def _lines(sections: Iterable[Section], context: Context, target: Target) -> list[str]:
    return [line for step in steps(sections) for line in target.steps[step.op](step, context)]


def _why(section: Section) -> list[str]:
    """The comment of a gradient: the swap, and why it is or is not run as it stands."""
    note = section.note
    if not isinstance(note, Gradient):
        return []
    names = _names(section.args)
    place = f"d{section.made.name}"
    told = ". ".join(_sentence(reason) for reason in reasons(note, names, place))
    return comment(
        f"{section.result.name}: put {place} in the place of {names[note.operand]}, "
        f"{_short(note.pattern)}. {told}."
    )


def _sentence(text: str) -> str:
    """`text` with a capital, unless it begins with a label."""
    first = text.split(maxsplit=1)[0]
    return f"{text[0].upper()}{text[1:]}" if first.isalpha() and len(first) > 1 else text


def _names(values: Iterable[Value]) -> list[str]:
    return [value.name for value in values]
