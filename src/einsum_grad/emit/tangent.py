"""The `Program` of a JVP or an HVP to the `Source` of a module with that one function.

The function does not check its operands: its callers have.
"""

from __future__ import annotations

from collections.abc import Iterable

from einsum_grad.emit.body import body
from einsum_grad.emit.functions import told_tuple
from einsum_grad.emit.module import assembled, shortened
from einsum_grad.emit.source import Source
from einsum_grad.emit.text.printer import filled
from einsum_grad.emit.text.target import Target
from einsum_grad.emit.text.tree import Define, Return, names
from einsum_grad.lower import Program, Value, blocks, steps

_DOCS = {
    "jvp": "The einsum {} and its tangent.",
    "hvp": "The gradients of the einsum {} and their derivatives along tangents.",
}


def write_tangents(program: Program, target: Target, name: str) -> Source:
    """Write the module of `program`, which `lower.jvp` or `lower.hvp` made; `name` says which.

    The function takes the operands and then the tangents, for `hvp` after the cotangent, and
    returns the values and then those of their derivatives that are not zero.
    """
    cotangent = [program.cotangent.name] if name == "hvp" else []
    results = _names(program.gradients)
    todo = blocks(program, tuple(steps(program.forward)), results)
    function = Define(
        name,
        [*cotangent, *_names(program.operands)],
        f"Return {told_tuple(results)}.",
        [*body(program, todo, results, target), Return(names(results))],
    )
    title = f'"""{_DOCS[name].format(shortened(str(program.pattern)))}'
    header = [*filled(title, ""), "", *_note(program), "Written by einsum-grad.", '"""']
    text = assembled(target, lambda libraries: header, [function])
    return Source(
        text.first + text.script,
        target.name,
        (name,),
        run=len(text.first),
        large=program.scale is not None,
        helpers=text.helpers,
    )


def _note(program: Program) -> list[str]:
    """How tangents are named."""
    tangents = _names(program.operands[len(program.pattern.inputs) :])
    if not tangents:
        return []
    first = tangents[0]
    moved = first.removesuffix("_dot")
    return [f"{first} is the tangent of {moved}; other tangents are named likewise.", ""]


def _names(values: Iterable[Value]) -> list[str]:
    return [value.name for value in values]
