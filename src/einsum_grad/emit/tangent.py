"""`TangentProgram` to the text of a module with one function, `jvp` or `hvp`.

The function does not check its operands: only what has checked them calls it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from einsum_grad.emit.layout import folded, indented, returned, tupled, wrapped
from einsum_grad.emit.module import contents_of, joined
from einsum_grad.emit.statements import statements
from einsum_grad.emit.target import Target
from einsum_grad.lower import TangentProgram, Value, blocks

_DOCS = {
    "jvp": "The einsum {} and its tangent.",
    "hvp": "The gradients of the einsum {} and their derivatives along tangents.",
}


def write_tangents(given: TangentProgram, target: Target, name: str) -> str:
    """Write the module of `given`, whose function is called `name`.

    It takes the operands and then the tangents, for `hvp` after the cotangent, and returns the
    values and then those of their derivatives that are not zero.
    """
    program = given.program
    cotangent = [program.cotangent.name] if name == "hvp" else []
    operands = [*cotangent, *_names(program.operands), *_names(given.tangents)]
    results = [*_names(given.values), *_names(given.derivatives)]
    doc = f'"""Return {tupled(results)}."""'
    code = [
        *wrapped(f"def {name}(", operands, "):"),
        *indented([doc, *_lines(given, target), *returned(results)]),
    ]
    title = _DOCS[name].format(program.pattern)
    header = [f'"""{title}', "", *_note(given), "Written by einsum-grad.", '"""']
    return "".join(joined(header, contents_of([code], [], target)))


def _note(given: TangentProgram) -> list[str]:
    """How a reader tells a tangent."""
    if not given.active:
        return []
    operand, tangent = given.program.operands[given.active[0]], given.tangents[0]
    return [
        f"{tangent.name} is the tangent of {operand.name}; other tangents are named likewise.",
        "",
    ]


def _lines(given: TangentProgram, target: Target) -> Iterator[str]:
    operands = (*given.program.operands, *given.tangents)
    program = dataclasses.replace(given.program, operands=operands)
    kept = _names((*given.values, *given.derivatives))
    found = blocks(program, given.steps, kept)
    for statement in statements(program, found, kept, target):
        for line in statement.lines:
            yield from folded(line)


def _names(values: tuple[Value | None, ...]) -> list[str]:
    return [value.name for value in values if value is not None]
