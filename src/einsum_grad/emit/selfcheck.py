"""The part of a module that checks its own gradients when it is run as a script."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from einsum_grad.emit.context import tuple_of
from einsum_grad.emit.layout import indented, wrapped
from einsum_grad.lower import Program
from einsum_grad.plan import ELLIPSIS, UNIT, Labels

_SIZES = ("2", "3", "4", "5")
_ELLIPSIS_SIZES = "2, 3"
_FEW = 8
_FEW_AXES = 6
_LONGER_AXES = 12

JUDGED = [
    "right = abs(got - expected) <= 1e-9 * (abs(got) + abs(expected))",
    "failed += not right",
    'print(f"{name} is right" if right else f"{name} is wrong: {got}, not {expected}")',
]
"""The lines that judge what `name` has got by what is expected."""


def self_check(program: Program, together: bool) -> list[str]:
    """The functions `draw` and `main`, and the call of main.

    With `together` the module has `value_and_gradients`, which is checked too.
    """
    doc = "Check each gradient on random operands; return 0 if all are right, else 1."
    return as_script(program, doc, _main(program, together))


def as_script(program: Program, doc: str, body: list[str]) -> list[str]:
    """The function `draw`, a function `main` of that docstring and body, and the call of it."""
    return [
        "def draw(random, shape, largest):",
        f'    """Return random {_kind(program)} numbers."""',
        *indented(_drawn(program)),
        "",
        "",
        "def main():",
        f'    """{doc}"""',
        *indented(body),
        "",
        "",
        'if __name__ == "__main__":',
        "    raise SystemExit(main())",
    ]


def random_operands(program: Program, between: Iterable[str] = (), largest: int = 4) -> list[str]:
    """The lines that draw operands of `program`, others `between` those of shapes and numbers."""
    return [
        "random = np.random.default_rng(0)",
        *wrapped("shapes = [", _shapes(program), "]"),
        *between,
        f"operands = [draw(random, shape, {largest if _few(program) else 1}) for shape in shapes]",
    ]


def _main(program: Program, together: bool) -> list[str]:
    names = wrapped("names = [", (f'"{value.name}"' for value in program.gradients), "]")
    places = wrapped("places = [", map(str, program.wrt), "]")
    return [
        *random_operands(program, [*names, *places]),
        "dz = draw(random, forward(*operands).shape, 999)",
        "failed = 0",
        "gradients = backward(dz, *operands)",
        "for name, place, gradient in zip(names, places, gradients, strict=True):",
        "    # An einsum is linear: <gradient, v> = <dz, z with v in the operand's place>.",
        "    v = draw(random, shapes[place], 999)",
        "    z = forward(*operands[:place], v, *operands[place + 1 :])",
        f"    got = {_inner('gradient', 'v', program)}",
        f"    expected = {_inner('dz', 'z', program)}",
        *indented(JUDGED),
        *(_AT_ONCE if together else []),
        "return 1 if failed else 0",
    ]


_AT_ONCE = [
    "both = (forward(*operands), *gradients)",
    "z, gradients = value_and_gradients(dz, *operands)",
    "if not all(map(np.allclose, both, (z, *gradients))):",
    "    failed += 1",
    '    print("value_and_gradients is wrong")',
]
"""The lines that hold what comes in one pass against what the two functions return."""


def _shapes(program: Program) -> list[str]:
    labels = [label for label, _ in program.sizes if label != ELLIPSIS]
    known = dict(zip(labels, _sizes(program), strict=False)) | {
        UNIT: "1",
        ELLIPSIS: _ELLIPSIS_SIZES,
    }
    return [_shape(value.labels, known) for value in program.operands]


def _sizes(program: Program) -> Iterator[str]:
    """A size for each label: unlike its neighbours', or where arrays have many axes, 2 and 1."""
    ranks = [len(value.labels) for value in (*program.operands, program.cotangent)]
    if max(ranks) <= _FEW_AXES:
        return itertools.cycle(_SIZES)
    return itertools.chain(["2"] * _LONGER_AXES, itertools.repeat("1"))


def _shape(labels: Labels, known: dict[str, str]) -> str:
    if labels == (ELLIPSIS,):
        return f"({known[ELLIPSIS]})"
    return tuple_of([known[label] for label in labels])


def _few(program: Program) -> bool:
    """Whether the products of whole numbers stay so small that they are exact."""
    return len(program.operands) <= _FEW


def _kind(program: Program) -> str:
    return "whole" if _few(program) else "normal"


def _drawn(program: Program) -> list[str]:
    few, is_complex = _few(program), program.traits.complex
    shape = "(2, *shape)" if is_complex else "shape"
    draw = f"random.integers(-largest, largest + 1, {shape})"
    if not few:
        draw = f"largest * random.standard_normal({shape})"
    if is_complex:
        return [f"real, imaginary = {draw}", "return real + 1j * imaginary"]
    return [f"return {draw}.astype(float)" if few else f"return {draw}"]


def _inner(one: str, other: str, program: Program) -> str:
    if program.traits.complex and program.traits.conjugate:
        return f"np.vdot({one}, {other}).real"
    return f"np.sum({one} * {other})"
