"""`TangentProgram` to the text of a module with one function, `jvp` or `hvp`.

The function does not check its operands: its callers have.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from einsum_grad.emit.body import body
from einsum_grad.emit.functions import told_tuple
from einsum_grad.emit.module import assembled, shortened
from einsum_grad.emit.printer import filled
from einsum_grad.emit.target import Target
from einsum_grad.emit.tree import Define, Return, names
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
    program = dataclasses.replace(program, operands=(*program.operands, *given.tangents))
    steps = body(program, blocks(program, given.steps, results), results, target)
    doc = f"Return {told_tuple(results)}."
    function = Define(name, operands, doc, [*steps, Return(names(results))])
    title = f'"""{_DOCS[name].format(shortened(str(program.pattern)))}'
    header = [*filled(title, ""), "", *_note(given), "Written by einsum-grad.", '"""']
    text = assembled(target, lambda libraries: header, [function])
    return text.first + text.script


def _note(given: TangentProgram) -> list[str]:
    """How tangents are named."""
    if not given.active:
        return []
    operand, tangent = given.program.operands[given.active[0]], given.tangents[0]
    return [
        f"{tangent.name} is the tangent of {operand.name}; other tangents are named likewise.",
        "",
    ]


def _names(values: Iterable[Value | None]) -> list[str]:
    return [value.name for value in values if value is not None]
