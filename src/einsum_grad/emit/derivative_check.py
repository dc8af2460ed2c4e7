"""The part of a derivative's module that checks its products when it is run as a script."""

from __future__ import annotations

import itertools

from einsum_grad.emit.selfcheck import JUDGED, as_script, random_operands
from einsum_grad.emit.tree import Call, For, Lines, Return, Statement
from einsum_grad.lower import Program
from einsum_grad.plan import Derivative

_NAMES = ("u", "v")
"""What stands in the places of the variables: of a Jacobian v alone."""


def self_check(given: Derivative, program: Program) -> list[Statement]:
    """The functions `draw` and `main`, and the call of main; `program` knows the operands' axes."""
    doc = "Check both products on random operands; return 0 if they are right, else 1."
    return as_script(program, doc, _main(given, program))


def _main(given: Derivative, program: Program) -> list[Statement]:
    names = _NAMES[-len(given.wrt) :]
    drawn = (f"draw(random, shapes[{first}], 9)" for first, *_ in given.wrt)
    choices = (taken for taken in itertools.product(*given.wrt) if len(set(taken)) == len(taken))
    outer = f"np.multiply.outer(dz, {names[0]})" if len(names) > 1 else "dz"
    where = " and ".join(names) + (" in its place" if len(names) == 1 else " in their places")
    places = Call("list", tuple(Call("tuple", taken) for taken in choices))
    moved = f"moved = dict(enumerate(operands)) | dict(zip(places, [{', '.join(names)}]))"
    return [
        *random_operands(program, largest=99),
        Lines(
            [
                "dz = draw(random, forward(*operands).shape, 9)",
                *(f"{name} = {value}" for name, value in zip(names, drawn, strict=True)),
                f"# The einsum is linear in each operand: its derivative has {where}.",
                "expected = 0.0",
            ]
        ),
        For(
            "places", places, [Lines([moved, "expected += np.sum(dz * forward(*moved.values()))"])]
        ),
        Lines(
            [
                f"cotangent = {outer}",
                "products = {",
                '    "matvec": np.sum(cotangent * matvec(v, *operands)),',
                '    "rmatvec": np.sum(rmatvec(cotangent, *operands) * v),',
                "}",
                "failed = 0",
            ]
        ),
        For("name, got", "products.items()", [JUDGED]),
        Return("1 if failed else 0"),
    ]
