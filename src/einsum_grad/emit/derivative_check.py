"""The part of a derivative's module that checks its products when it is run as a script."""

from __future__ import annotations

import itertools

from einsum_grad.emit.selfcheck import JUDGED, RETURNED, as_script, random_operands
from einsum_grad.emit.text.target import Script
from einsum_grad.emit.text.tree import Call, Comment, For, Lines, Statement
from einsum_grad.lower import Program
from einsum_grad.plan import Derivative

_NAMES = ("u", "v")
"""What stands in the places of the variables: of a Jacobian v alone."""


def self_check(given: Derivative, program: Program, script: Script) -> list[Statement]:
    """The functions `draw` and `main`, and the call of main; `program` knows the operands' axes."""
    doc = "Check both products on random operands; return 0 if they are right, else 1."
    return as_script(program, script, doc, _main(given, program, script))


def _main(given: Derivative, program: Program, script: Script) -> list[Statement]:
    names = _NAMES[-len(given.wrt) :]
    drawn = (f"draw({script.source}, shapes[{first}], 9)" for first, *_ in given.wrt)
    choices = (taken for taken in itertools.product(*given.wrt) if len(set(taken)) == len(taken))
    outer = script.outer.format("dz", names[0]) if len(names) > 1 else "dz"
    dot = script.inner.format
    where = " and ".join(names) + (" in its place" if len(names) == 1 else " in their places")
    places = Call("list", tuple(Call("tuple", taken) for taken in choices))
    return [
        *random_operands(program, script, largest=99),
        Lines(f"dz = draw({script.source}, forward(*operands).shape, 9)"),
        *(Lines(f"{name} = {value}") for name, value in zip(names, drawn, strict=True)),
        Comment(f"The einsum is linear in each operand: its derivative has {where}."),
        Lines("expected = 0.0"),
        For("places", places, [Lines(_MOVED.format(", ".join(names), dot("dz", _AT)))]),
        Lines(
            _PRODUCTS.format(
                outer,
                dot("cotangent", "matvec(v, *operands)"),
                dot("rmatvec(cotangent, *operands)", "v"),
            )
        ),
        For("name, got", "products.items()", [JUDGED]),
        RETURNED,
    ]


_AT = "forward(*moved.values())"
"""The output where the variables are replaced."""

_MOVED = """\
moved = dict(enumerate(operands)) | dict(zip(places, [{}]))
expected += {}"""

_PRODUCTS = """\
cotangent = {}
products = {{
    "matvec": {},
    "rmatvec": {},
}}
failed = 0"""
